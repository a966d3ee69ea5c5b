import type { PodOfPool, PodSource } from "../multiadmin/index.ts";
import type { BareClient } from "./bare-client.ts";
import { collection, resources } from "./resources.ts";

export const poolPodsPath = `${collection(resources.Pod)}?labelSelector=${encodeURIComponent("app.kubernetes.io/component=shard-pool")}`;

export function clusterOf(labels: Readonly<Record<string, string>> | undefined): string {
  return labels?.["multigres.com/cluster"] ?? "";
}

/** Keeps the pool pods of all clusters by one watch: were they listed for each question, the server's figures would tell of it. */
export async function watchPoolPods(client: BareClient): Promise<{ readonly pods: PodSource; stop(): void }> {
  const clusters = new Map<string, Map<string, PodOfPool>>();
  const watching = client.watch(poolPodsPath, ({ type, object }) => {
    const { labels, uid } = object.metadata;
    const cluster = clusterOf(labels);
    const pods = clusters.get(cluster) ?? new Map<string, PodOfPool>();
    clusters.set(cluster, pods);
    if (type === "DELETED") pods.delete(uid);
    else pods.set(uid, object);
  });
  await watching.synced;
  return { pods: async ({ name }) => [...(clusters.get(name)?.values() ?? [])], stop: () => watching.stop() };
}
