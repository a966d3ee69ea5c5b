import { countWrites, isWrite, type WriteCount } from "./audit-log.ts";
import { untilQuiet } from "./audit-reader.ts";
import type { BareClient } from "./bare-client.ts";
import { isAvailable, isReadyPod, isSettled } from "./conditions.ts";
import { forEachLimited } from "./for-each-limited.ts";
import { busySeconds } from "./machine.ts";
import { observe } from "./observation.ts";
import { cpuSeconds, differences, type Figures, PeakMemory, total } from "./processes.ts";
import { bodyWithOwners, madeByOperator, ownersFirst, type Recording, record } from "./replay.ts";
import { collection, made, type Resource, resources } from "./resources.ts";
import { cluster, clusterName, shardTemplate } from "./shape.ts";
import type { OperatorTestbed, Testbed } from "./testbed.ts";
import { countsBetween, type TopologyCounts } from "./topology-counts.ts";

/** Requests under way at a time, by whoever submits. */
export const concurrency = 16;

export interface Convergence {
  /** From the first submit until the last cluster was available. */
  readonly seconds: number;
  /** Until no cluster was progressing any more. */
  readonly settledSeconds: number;
  readonly pods: number;
  /** Until then, by controller. */
  readonly cpuSeconds: Figures;
  /** The most anonymous memory meanwhile, in MiB, by controller. */
  readonly peakMemory: Figures;
  /** Until then, by component of the control plane. */
  readonly serverCpuSeconds: Figures;
  /** Share of the machine's busy time until then that others took: above a tenth or so, seconds say little. */
  readonly othersShare: number | undefined;
  readonly writes: readonly WriteCount[];
  /** Until nobody wrote any more. */
  readonly topology: TopologyCounts;
  /** All that was submitted and made. */
  readonly recordings: readonly Recording[];
}

export function timeoutFor(clusters: number): number {
  return 180 + 12 * clusters;
}

/** Submits `clusters` clusters of the measured shape that share a template. */
async function submit(client: BareClient, clusters: number, databases: number): Promise<void> {
  await client.post(collection(resources.ShardTemplate), shardTemplate());
  const names = Array.from({ length: clusters }, (_, index) => clusterName(index));
  await forEachLimited(names, concurrency, (name) =>
    client.post(collection(resources.MultigresCluster), cluster(name, { databases })),
  );
}

/** Has the operator bring clusters up on an empty testbed. */
export async function converge(bed: OperatorTestbed, clusters: number, databases = 1): Promise<Convergence> {
  const { client } = bed;
  const audit = bed.audit();
  const observation = observe(client, {
    path: collection(resources.MultigresCluster),
    wanted: clusters,
    tests: { available: isAvailable, settled: isSettled },
    timeoutSeconds: timeoutFor(clusters * databases),
  });
  try {
    await observation.synced;
    const topologyBefore = await bed.topology();
    const pids = bed.controllerPids();
    const peak = new PeakMemory(() => pids);
    const cpuBefore = cpuSeconds(pids);
    const serverCpuBefore = cpuSeconds(bed.serverPids);
    const others = watchOthers();
    const startedAt = performance.now();
    await submit(client, clusters, databases);
    const availableAt = await observation.reached("available");
    const settledAt = await observation.reached("settled");
    const cpu = differences(cpuSeconds(pids), cpuBefore);
    const serverCpu = differences(cpuSeconds(bed.serverPids), serverCpuBefore);
    const othersShare = others(total(cpu) + total(serverCpu));
    const requests = await untilQuiet(audit);
    const peakMemory = peak.peaks;
    peak.stop();
    const pods = await client.list(collection(resources.Pod));
    return {
      seconds: (availableAt - startedAt) / 1000,
      settledSeconds: (settledAt - startedAt) / 1000,
      pods: pods.filter(isReadyPod).length,
      cpuSeconds: cpu,
      peakMemory,
      serverCpuSeconds: serverCpu,
      othersShare,
      writes: countWrites(requests.filter(isWrite)),
      topology: countsBetween(topologyBefore, await bed.topology()),
      recordings: await recordings(client),
    };
  } finally {
    observation.stop();
  }
}

async function recordings(client: BareClient): Promise<readonly Recording[]> {
  const submitted = await lists(client, [resources.ShardTemplate, resources.MultigresCluster]);
  const children = (await lists(client, made)).filter(madeByOperator);
  return ownersFirst([...submitted, ...children].map(record));
}

async function lists(client: BareClient, of: readonly Resource[]) {
  return (await Promise.all(of.map((resource) => client.list(collection(resource))))).flat();
}

export interface Baseline {
  /** From the first POST until the same pods were Ready. */
  readonly seconds: number;
  readonly objects: number;
  readonly serverCpuSeconds: Figures;
  readonly othersShare: number | undefined;
}

/**
 * The fixed baseline: one process, one connection, POST only, 16 requests at a time, waiting by watch. Makes the objects that a
 * convergence ended with, and sees as many pods Ready.
 */
export async function baseline(bed: Testbed, recorded: readonly Recording[], pods: number): Promise<Baseline> {
  const { client } = bed;
  const observation = observe(client, {
    path: collection(resources.Pod),
    wanted: pods,
    tests: { ready: isReadyPod },
    timeoutSeconds: 180 + pods,
  });
  try {
    await observation.synced;
    const serverCpuBefore = cpuSeconds(bed.serverPids);
    const others = watchOthers();
    const startedAt = performance.now();
    await post(client, recorded);
    const readyAt = await observation.reached("ready");
    const serverCpu = differences(cpuSeconds(bed.serverPids), serverCpuBefore);
    return {
      seconds: (readyAt - startedAt) / 1000,
      objects: recorded.length,
      serverCpuSeconds: serverCpu,
      othersShare: others(total(serverCpu)),
    };
  } finally {
    observation.stop();
  }
}

/** The returned function tells, given the CPU seconds of what is measured, the share of all others in the time since. */
function watchOthers(): (ours: number) => number | undefined {
  const busyBefore = busySeconds();
  const ownBefore = process.cpuUsage();
  return (ours) => {
    const busyAfter = busySeconds();
    if (busyBefore === undefined || busyAfter === undefined || busyAfter <= busyBefore) return undefined;
    const { user, system } = process.cpuUsage(ownBefore);
    const busy = busyAfter - busyBefore;
    return Math.max(0, busy - ours - (user + system) / 1e6) / busy;
  };
}

async function post(client: BareClient, recorded: readonly Recording[]): Promise<void> {
  const uids = new Map<string, Promise<string>>();
  const paths = new Map<string, string>(Object.values(resources).map((each) => [each.kind, collection(each)]));
  await forEachLimited(recorded, concurrency, async (recording) => {
    const posted = postOne(client, paths.get(recording.body.kind ?? "") ?? "", recording, uids);
    uids.set(recording.uid, posted);
    await posted;
  });
}

async function postOne(
  client: BareClient,
  path: string,
  recording: Recording,
  uids: ReadonlyMap<string, Promise<string>>,
): Promise<string> {
  // Owners were begun before; they may still be under way.
  const owners = new Map(
    await Promise.all(recording.owners.map(async ({ uid }) => [uid, (await uids.get(uid)) ?? ""] as const)),
  );
  const created = await client.post(
    path,
    bodyWithOwners(recording, (uid) => owners.get(uid) ?? ""),
  );
  return created.metadata.uid;
}
