import { countWrites, isWrite } from "./audit-log.ts";
import { untilQuiet } from "./audit-reader.ts";
import { isSettled, runs, wants } from "./conditions.ts";
import { concurrency, timeoutFor } from "./converge.ts";
import { forEachLimited } from "./for-each-limited.ts";
import { observe } from "./observation.ts";
import { collection, item, type Resource, resources } from "./resources.ts";
import { cells, clusterName, gatewayPatch, gatewaysPerCell, podsPerPool, templateName } from "./shape.ts";
import type { OperatorTestbed, Testbed } from "./testbed.ts";

/** Many workloads that change together. */
export interface Wave {
  /** Workloads that had to change. */
  readonly workloads: number;
  /** Pods that came along. */
  readonly pods: number;
  /** From the first edit sent until the last workload's spec was new. */
  readonly appliedSeconds: number;
  /** Until its pods ran. */
  readonly runningSeconds: number;
}

export interface OperatorWave extends Wave {
  /** Until no cluster progressed any more. */
  readonly settledSeconds: number;
  readonly writesPerWorkload: number;
  readonly mostStatusWrites: number;
}

interface WaveKind {
  readonly of: Resource;
  readonly component: string;
  readonly replicas: number;
}

const kinds = {
  /** One template edited that all clusters use. */
  template: { of: resources.StatefulSet, component: "shard-pool", replicas: podsPerPool + 1 },
  /** All gateways of all clusters edited at once. */
  gateways: { of: resources.Deployment, component: "multigateway", replicas: gatewaysPerCell + 1 },
} as const satisfies Record<string, WaveKind>;
export type WaveName = keyof typeof kinds;
export const waveNames = ["template", "gateways"] as const satisfies readonly WaveName[];

/** Edits what users edit, and waits for all that follows from it. */
export async function operatorWave(bed: OperatorTestbed, name: WaveName, clusters: number): Promise<OperatorWave> {
  const { client } = bed;
  const audit = bed.audit();
  const replicas = kinds[name].replicas;
  const edit: Readonly<Record<WaveName, () => Promise<unknown>>> = {
    template: () =>
      client.patch(
        item(resources.ShardTemplate, templateName),
        "json",
        cells.map((_, pool) => ({ op: "replace", path: `/spec/pools/${pool}/replicas`, value: replicas })),
      ),
    gateways: () =>
      forEachLimited(clusterNames(clusters), concurrency, (cluster) =>
        client.patch(item(resources.MultigresCluster, cluster), "json", gatewayPatch(replicas, [...cells.keys()])),
      ),
  };
  const wave = await measure(bed, name, clusters, edit[name]);
  const settled = observe(client, {
    path: collection(resources.MultigresCluster),
    wanted: clusters,
    tests: { settled: isSettled },
    timeoutSeconds: timeoutFor(clusters),
  });
  const settledAt = await settled.reached("settled").finally(() => settled.stop());
  const writes = countWrites((await untilQuiet(audit)).filter(isWrite));
  return {
    ...wave.figures,
    settledSeconds: (settledAt - wave.startedAt) / 1000,
    writesPerWorkload: writes.reduce((sum, { spec }) => sum + spec, 0) / wave.figures.workloads,
    mostStatusWrites: Math.max(...writes.map(({ mostStatus }) => mostStatus)),
  };
}

/** The same change to the workloads themselves, by a bare client. */
export async function bareWave(bed: Testbed, name: WaveName, clusters: number): Promise<Wave> {
  const { of, component, replicas } = kinds[name];
  const { client } = bed;
  const workloads = (await client.list(collection(of)))
    .filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/component"] === component)
    .map(({ metadata }) => metadata.name);
  const edit = () =>
    forEachLimited(workloads, concurrency, (workload) =>
      client.patch(item(of, workload), "merge", { spec: { replicas } }),
    );
  return (await measure(bed, name, clusters, edit)).figures;
}

async function measure(
  { client }: Testbed,
  name: WaveName,
  clusters: number,
  edit: () => Promise<unknown>,
): Promise<{ figures: Wave; startedAt: number }> {
  const { of, component, replicas } = kinds[name];
  const workloads = clusters * cells.length;
  const observation = observe(client, {
    path: `${collection(of)}?labelSelector=${encodeURIComponent(`app.kubernetes.io/component=${component}`)}`,
    wanted: workloads,
    tests: { applied: (object) => wants(object, replicas), running: (object) => runs(object, replicas) },
    timeoutSeconds: timeoutFor(clusters),
  });
  try {
    await observation.synced;
    const startedAt = performance.now();
    await edit();
    const appliedAt = await observation.reached("applied");
    const runningAt = await observation.reached("running");
    return {
      startedAt,
      figures: {
        workloads,
        pods: workloads,
        appliedSeconds: (appliedAt - startedAt) / 1000,
        runningSeconds: (runningAt - startedAt) / 1000,
      },
    };
  } finally {
    observation.stop();
  }
}

function clusterNames(clusters: number): readonly string[] {
  return Array.from({ length: clusters }, (_, index) => clusterName(index));
}
