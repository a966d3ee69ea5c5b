import { setTimeout as sleep } from "node:timers/promises";
import { testReadyAnnotation } from "../control-plane/index.ts";
import { type AuditedRequest, isLeaseRequest, isRead, isWrite, tally } from "./audit-log.ts";
import { type AuditReader, quietSeconds, untilQuiet } from "./audit-reader.ts";
import type { LiveObject } from "./bare-client.ts";
import { type Edits, editEachController } from "./controller-edits.ts";
import { collection, item, resources } from "./resources.ts";
import { cells, cluster } from "./shape.ts";
import type { OperatorTestbed } from "./testbed.ts";

/** What controllers did while nothing happened. */
interface Window {
  readonly seconds: number;
  /** create, update, patch and delete of anything but Leases. */
  readonly writes: number;
  /** get, list and watch of anything but Leases; a watch counts when it ends. */
  readonly reads: number;
  readonly readsPerCluster: number;
  readonly leaseRequests: number;
  /** What the writes and reads were. */
  readonly requests: Readonly<Record<string, number>>;
}

export interface Rest {
  readonly clusters: number;
  readonly converged: Window;
  /** The writes include what the start brought; reads are counted once each controller reconciles again. */
  readonly restarted: Window & { readonly readsOfStart: number };
  /** Whether each controller still works: else its silence says nothing. */
  readonly edits: Edits;
}

export interface RestOptions {
  readonly clusters: number;
  readonly seconds: number;
  readonly log: (line: string) => void;
}

/** Holds one pod NotReady, adds a cluster whose template is missing, and counts what controllers do then. */
export async function rest(bed: OperatorTestbed, { clusters, seconds, log }: RestOptions): Promise<Rest> {
  await disturb(bed);
  const audit = bed.audit();
  await untilQuiet(audit, quietSeconds, 600);
  const all = clusters + 1;
  log(`at rest for ${seconds} s`);
  const converged = windowOf(await during(audit, seconds), seconds, all);
  log("restarting the five controllers");
  await bed.restart();
  const start = audit.next();
  const after = await during(audit, seconds);
  const restarted = {
    ...windowOf(after, seconds, all),
    writes: [...start, ...after].filter(isWrite).length,
    readsOfStart: start.filter(isRead).length,
    requests: tally([...start.filter(isWrite), ...counted(after)]),
  };
  log("one edit per controller");
  return { clusters: all, converged, restarted, edits: await editEachController(bed) };
}

async function disturb({ client }: OperatorTestbed): Promise<void> {
  const pods = await client.list(collection(resources.Pod));
  // In the last cell: the edits that follow are made in the first.
  const [pod] = pods
    .filter((each) => isPoolPod(each, cells.at(-1) ?? ""))
    .map(({ metadata }) => metadata.name)
    .sort();
  if (pod === undefined) throw new Error("no pool pod to hold NotReady");
  await client.patch(item(resources.Pod, pod), "merge", {
    metadata: { annotations: { [testReadyAnnotation]: "false" } },
  });
  await client.post(collection(resources.MultigresCluster), cluster("no-template", { template: "missing" }));
}

function isPoolPod({ metadata: { labels } }: LiveObject, cell: string): boolean {
  return labels?.["app.kubernetes.io/component"] === "shard-pool" && labels["multigres.com/cell"] === cell;
}

async function during(audit: AuditReader, seconds: number): Promise<readonly AuditedRequest[]> {
  audit.next();
  await sleep(seconds * 1000);
  return audit.next();
}

function counted(requests: readonly AuditedRequest[]): readonly AuditedRequest[] {
  return requests.filter((request) => isWrite(request) || isRead(request));
}

function windowOf(requests: readonly AuditedRequest[], seconds: number, clusters: number): Window {
  const reads = requests.filter(isRead).length;
  return {
    seconds,
    writes: requests.filter(isWrite).length,
    reads,
    readsPerCluster: reads / clusters,
    leaseRequests: requests.filter(isLeaseRequest).length,
    requests: tally(counted(requests)),
  };
}
