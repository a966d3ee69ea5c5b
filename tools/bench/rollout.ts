import { untilQuiet } from "./audit-reader.ts";
import { timeoutFor } from "./converge.ts";
import { deferred } from "./deferred.ts";
import { poolPodsPath } from "./pool-pods.ts";
import { item, resources } from "./resources.ts";
import { RolloutProgress } from "./rollout-progress.ts";
import { cells, clusterName, templateName } from "./shape.ts";
import type { OperatorTestbed } from "./testbed.ts";

/** Clusters of which every pool pod is replaced. */
interface Figures {
  /** From the edit sent until the last pod's successor was ready. */
  readonly seconds: number;
  /** That were to be replaced. */
  readonly pods: number;
  /** That went: more, if some went twice. */
  readonly replaced: number;
  /** Pods of one shard that were down at the same moment. */
  readonly mostDownInShard: number;
  /** Clusters that had a pod down at the same moment. */
  readonly mostClustersAtOnce: number;
}

export interface Rollout extends Figures {
  /** The same for one cluster, while the others rest. */
  readonly alone: Figures;
}

/** Another image for one cluster; then other resources in the template that all clusters use. */
export async function rollout(bed: OperatorTestbed, clusters: number): Promise<Rollout> {
  const audit = bed.audit();
  const one = clusterName(0);
  const image = { op: "replace", path: "/spec/images/multipooler", value: "multigres/multigres:next" };
  const alone = await rollOut(bed, `${poolPodsPath}%2Cmultigres.com%2Fcluster%3D${one}`, 1, () =>
    bed.client.patch(item(resources.MultigresCluster, one), "json", [image]),
  );
  await untilQuiet(audit);
  const requests = cells.map((_, pool) => ({
    op: "replace",
    path: `/spec/pools/${pool}/postgres/resources/requests/cpu`,
    value: "150m",
  }));
  const all = await rollOut(bed, poolPodsPath, clusters, () =>
    bed.client.patch(item(resources.ShardTemplate, templateName), "json", requests),
  );
  return { ...all, alone };
}

async function rollOut(
  { client }: OperatorTestbed,
  path: string,
  clusters: number,
  edit: () => Promise<unknown>,
): Promise<Figures> {
  const progress = new RolloutProgress();
  const done = deferred<number>();
  const watching = client.watch(path, (event) => {
    progress.see(event);
    if (progress.isDone) done.resolve(performance.now());
  });
  watching.broken.catch((error: Error) => done.reject(error));
  const timeoutSeconds = timeoutFor(clusters);
  const timer = setTimeout(
    () => done.reject(new Error(`the rollout isn't over after ${timeoutSeconds} s; ${progress.replaced} pods went`)),
    timeoutSeconds * 1000,
  );
  try {
    await watching.synced;
    progress.begin();
    const startedAt = performance.now();
    await edit();
    const doneAt = await done.promise;
    const { pods, replaced, mostDownInShard, mostClustersAtOnce } = progress;
    return { seconds: (doneAt - startedAt) / 1000, pods, replaced, mostDownInShard, mostClustersAtOnce };
  } finally {
    clearTimeout(timer);
    watching.stop();
  }
}
