import type { Shard } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { describe, expect, test } from "vitest";
import { reconcile } from "./reconcile.ts";
import { aLiveShard, aTableGroup, now } from "./testing/builders.ts";

function plan(tableGroup = aTableGroup(), shards: Shard[] = []) {
  return reconcile({ tableGroup, shards }, { now });
}

function wantedShards(tableGroup = aTableGroup()): Shard[] {
  return plan(tableGroup).objects.map(({ object }) => object as Shard);
}

describe("the Shards of a TableGroup", () => {
  test("are as many as partitioning asks for, named and counted from 0, as exact children", () => {
    const { objects } = plan(aTableGroup({ shards: 3 }));
    expect(new Set(objects.map(({ write, kind }) => `${write} ${kind.kind}`))).toEqual(new Set(["exact Shard"]));
    const shards = wantedShards(aTableGroup({ shards: 3 }));
    expect(shards.map(({ metadata, spec }) => [metadata.name, spec.shard])).toEqual([
      ["prod-db-default-0", 0],
      ["prod-db-default-1", 1],
      ["prod-db-default-2", 2],
    ]);
  });

  test("are controlled by the TableGroup, in its namespace, and labelled with their identity", () => {
    expect(wantedShards()[0]?.metadata).toEqual({
      name: "prod-db-default-0",
      namespace: "t1",
      labels: {
        "app.kubernetes.io/name": "multigres",
        "app.kubernetes.io/instance": "demo",
        "app.kubernetes.io/component": "shard",
        "app.kubernetes.io/part-of": "multigres",
        "app.kubernetes.io/managed-by": "multigres-operator",
        "multigres.com/cluster": "demo",
        "multigres.com/database": "prod_db",
        "multigres.com/table-group": "default",
        "multigres.com/shard": "0",
      },
      ownerReferences: [
        {
          apiVersion: "multigres.com/v1alpha1",
          kind: "TableGroup",
          name: "prod-db-default",
          uid: "tablegroup-uid",
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
  });

  test("get the whole context of the TableGroup, also fields of a newer version, and nothing of its own", () => {
    const tableGroup = aTableGroup();
    const newer = { ...tableGroup, spec: { ...tableGroup.spec, fromTheFuture: { a: 1 } } };
    const { partitioning: _p, shardTemplate, ...context } = newer.spec;
    expect(wantedShards(newer)[0]?.spec).toEqual({ ...context, shard: 0, pools: shardTemplate.pools });
  });

  test("that are no longer asked for are deleted by UID, with an Event", () => {
    const tableGroup = aTableGroup({ shards: 1 });
    const { deletions } = plan(tableGroup, [aLiveShard(tableGroup, 0), aLiveShard(tableGroup, 2)]);
    expect(deletions).toEqual([
      {
        kind: kinds.Shard,
        namespace: "t1",
        name: "prod-db-default-2",
        uid: "shard-2-uid",
        because: "partitioning.shards asks for fewer. Its PersistentVolumeClaims stay.",
      },
    ]);
  });

  test("whose index somebody edited are put right and not deleted", () => {
    const tableGroup = aTableGroup({ shards: 1 });
    const live = aLiveShard(tableGroup, 0);
    const edited = { ...live, spec: { ...live.spec, shard: 5 } };
    const { deletions, objects } = plan(tableGroup, [edited]);
    expect(deletions).toEqual([]);
    expect(objects.map(({ object }) => (object as Shard).spec.shard)).toEqual([0]);
  });

  describe("left behind by an orphaning delete", () => {
    const tableGroup = aTableGroup();
    const isOurs = plan(tableGroup).objects[0]?.isOurs;
    const orphan = aLiveShard(tableGroup);

    test("are ours, also after the cluster got a new UID", () => {
      const ofOldCluster = { ...orphan, spec: { ...orphan.spec, cluster: { name: "demo", uid: "old" } } };
      expect(isOurs?.(orphan)).toBe(true);
      expect(isOurs?.(ofOldCluster)).toBe(true);
    });

    test.each<[string, Shard]>([
      ["another cluster", { ...orphan, spec: { ...orphan.spec, cluster: { name: "other", uid: "cluster-uid" } } }],
      ["another database", { ...orphan, spec: { ...orphan.spec, database: "prod-db" } }],
      ["another table group", { ...orphan, spec: { ...orphan.spec, tableGroup: "other" } }],
      ["another index", { ...orphan, spec: { ...orphan.spec, shard: 1 } }],
      ["no labels", { ...orphan, metadata: { ...orphan.metadata, labels: undefined } }],
    ])("aren't ours with %s", (_, stranger) => {
      expect(isOurs?.(stranger)).toBe(false);
    });
  });
});
