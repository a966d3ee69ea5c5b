import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { sharedCluster } from "../support/cluster.ts";
import { converged } from "../support/converged.ts";
import { eventually } from "../support/eventually.ts";
import { settled } from "../support/observing.ts";

const cluster = sharedCluster();

/** Name and UID of every StatefulSet and pod. */
async function running(namespace: string): Promise<string[]> {
  const lists = await Promise.all([
    cluster.api.list(kinds.StatefulSet, { namespace }),
    cluster.api.list(kinds.Pod, { namespace }),
  ]);
  return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata?.name} ${metadata?.uid}`)).sort();
}

describe("a pool that somebody removes", () => {
  it("from a Shard or a TableGroup keeps its StatefulSet and its pods until it is put back", {
    timeout: 240_000,
  }, async () => {
    const namespace = await converged(cluster, "removed-by-hand");
    const before = await running(namespace);
    const statefulSets = await cluster.history(kinds.StatefulSet, namespace);

    const shard = { namespace, name: "prod-db-default-0" };
    const tableGroup = { namespace, name: "prod-db-default" };
    const { spec } = await cluster.api.get(kinds.Shard, shard);
    const pools = spec.pools.slice(1);
    for (let round = 0; round < 5; round++) {
      await cluster.api.mergePatch(kinds.Shard, shard, { spec: { pools } });
      await cluster.api.mergePatch(kinds.TableGroup, tableGroup, { spec: { shardTemplate: { pools } } });
      await eventually(async () => expect((await cluster.api.get(kinds.Shard, shard)).spec).toEqual(spec));
    }
    await settled(cluster, namespace);
    statefulSets.stop();
    expect(statefulSets.versions.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined)).toEqual([]);
    expect(await running(namespace)).toEqual(before);
  });
});
