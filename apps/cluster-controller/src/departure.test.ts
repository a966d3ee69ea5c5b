import type { KubernetesObject } from "@multigres/controller-kit";
import { expect, test } from "vitest";
import {
  aCell,
  aCluster,
  aPod,
  aPool,
  aPoolPod,
  aTableGroup,
  aTopoServer,
  aWorkload,
  now,
} from "./testing/builders.ts";
import { type Answers, allDone, deleted, inputsOf, nothingKnown, planFor } from "./testing/reconciling.ts";
import { leaveTopology } from "./topology/tasks.ts";

const finalizer = "multigres.com/topology-records";
const external = { address: "etcd:2379" };
const spec = {
  cells: [
    { name: "z1" },
    { name: "z2", spec: { topoServer: { rootPath: "/z2", external: { address: "near:2379" } } } },
  ],
  databases: [{ name: "tiny_db", spec: { pools: [aPool()] } }],
  globalTopoServer: { external },
};
const noted = [
  { address: "etcd:2379", rootPath: "/multigres/global" },
  { cell: "z2", address: "near:2379", rootPath: "/z2" },
];

function leavingCluster(options: Parameters<typeof aCluster>[0] = {}) {
  return aCluster({
    spec,
    status: { externalTopologies: noted },
    deletionTimestamp: now.toISOString(),
    finalizers: [finalizer],
    ...options,
  });
}

const failed: Answers = () => ({ state: "failed", message: "etcd can't be reached", since: new Date(0) });
const after = (ms: number) => new Date(now.getTime() + ms);

test("a cluster's own objects and pods go before its records do", () => {
  const cluster = leavingCluster();
  const objects: KubernetesObject[] = [
    aTableGroup(cluster, "tiny_db"),
    aCell(cluster, "z1"),
    aWorkload(cluster, "StatefulSet", "multiorch"),
  ].map((object) => ({ ...object, metadata: { ...object.metadata, resourceVersion: "7" } }));
  const plan = planFor(cluster, objects, nothingKnown);
  expect(plan.objects).toEqual([]);
  expect(deleted(plan)).toEqual(["Cell demo-z1", "TableGroup tiny-db-default", "StatefulSet demo-multiorch"]);
  expect(plan.deletions.map(({ propagationPolicy }) => propagationPolicy)).toEqual([
    "Foreground",
    "Foreground",
    undefined,
  ]);
  expect(plan.deletions.map(({ resourceVersion }) => resourceVersion)).toEqual(["7", "7", "7"]);
  expect(plan.tasks).toEqual([]);
  expect(plan.finalizer).toEqual({ name: finalizer, wanted: true });
  expect(plan.requeueAfterMs).toBe(120_000);

  for (const pod of [aPoolPod(cluster, "tiny_db", "z1"), aPod(cluster, "multiorch", {})]) {
    expect(planFor(cluster, [pod], nothingKnown).tasks).toEqual([]);
  }
});

test("then all topologies are left, and the cluster goes", () => {
  const cluster = leavingCluster();
  const plan = planFor(cluster, [], nothingKnown);
  const common = {
    owner: { namespace: "t1", name: "demo", uid: "uid-demo" },
    keepComponentsOf: [],
    current: undefined,
    shardInitClaims: false,
  };
  expect(inputsOf(plan, leaveTopology)).toEqual([
    {
      ...common,
      place: { server: { address: "etcd:2379" }, root: "/multigres/global" },
      cell: undefined,
      cells: ["z1", "z2"],
      ownsCurrent: false,
    },
    {
      ...common,
      place: { server: { address: "near:2379" }, root: "/z2" },
      cell: "z2",
      cells: [],
      ownsCurrent: true,
    },
  ]);
  expect(plan.finalizer?.wanted).toBe(true);
  expect(plan.status([]).externalTopologies).toEqual(noted);

  const half = planFor(cluster, [], (kind, input) =>
    (input as { cell?: string }).cell === "z2" ? allDone(kind, input) : undefined,
  );
  expect(half.finalizer?.wanted).toBe(true);
  expect(half.status([]).externalTopologies).toEqual(noted.slice(0, 1));

  const done = planFor(cluster);
  expect(done.finalizer?.wanted).toBe(false);
  expect(done.events).toEqual([]);
  expect(done.status([])).not.toHaveProperty("externalTopologies");
});

test("one that was never noted is left, too: the note may have been lost on the way", () => {
  expect(inputsOf(planFor(leavingCluster({ status: {} }), [], nothingKnown), leaveTopology)).toHaveLength(2);
});

test.each([
  ["no server answers", [], /\(etcd can't be reached\)/],
  ["a pod doesn't end", [aPoolPod(aCluster(), "tiny_db", "z1")], /Pod demo-tiny-db-replica-z1-\w+-0 is still there/],
])("two minutes later it goes whatever happens, with a warning: %s", (_, objects, why) => {
  const cluster = leavingCluster();
  expect(planFor(cluster, objects, failed, after(119_999)).finalizer?.wanted).toBe(true);
  const plan = planFor(cluster, objects, failed, after(120_000));
  expect(plan.finalizer?.wanted).toBe(false);
  expect(plan.requeueAfterMs).toBeUndefined();
  expect(plan.events).toMatchObject([{ type: "Warning", reason: "CleanupTimedOut", note: expect.stringMatching(why) }]);
  expect(plan.events[0]?.note).toContain("under /multigres/global at etcd:2379; /z2 at near:2379");
});

test("a clock that is behind makes nobody wait longer", () => {
  expect(planFor(leavingCluster(), [], failed, after(-900_000)).requeueAfterMs).toBe(120_000);
});

test("the annotation gives the records up at once", () => {
  const annotations = { "multigres.com/skip-topology-cleanup": "true" };
  const cluster = leavingCluster({ annotations });
  const plan = planFor(cluster, [aTableGroup(cluster, "tiny_db")], failed);
  expect(plan).toMatchObject({ finalizer: { wanted: false }, deletions: [] });
  expect(plan.events).toMatchObject([{ type: "Warning", reason: "CleanupSkipped" }]);
});

test("an orphaning deletion keeps the records and touches nothing that is left running", () => {
  const orphaning = leavingCluster({ finalizers: ["orphan", finalizer] });
  const before = planFor(orphaning, [aTableGroup(orphaning, "tiny_db"), aCell(orphaning, "z1")], nothingKnown);
  const released = leavingCluster();
  const afterwards = planFor(released, [aCell(released, "z1", { owner: null })], nothingKnown);
  for (const plan of [before, afterwards]) {
    expect(plan).toMatchObject({ finalizer: { wanted: false }, deletions: [], events: [{ reason: "RecordsKept" }] });
    expect(plan.tasks ?? []).toEqual([]);
  }
});

test("records of a shard's first initialisation go only with its volumes", () => {
  const persistentVolumeClaimRetentionPolicy = { whenDeleted: "Delete" as const };
  const cluster = leavingCluster({ spec: { ...spec, persistentVolumeClaimRetentionPolicy } });
  expect(inputsOf(planFor(cluster, [], nothingKnown), leaveTopology)[0]?.shardInitClaims).toBe(true);
});

test("components of a cell that prunes nothing keep their records", () => {
  const cells = [{ name: "z1", spec: { topologyReconciliation: { pruneTablets: false } } }];
  const cluster = leavingCluster({ spec: { ...spec, cells }, status: {} });
  expect(inputsOf(planFor(cluster, [], nothingKnown), leaveTopology)).toMatchObject([{ keepComponentsOf: ["z1"] }]);
});

const managed = { cells: [{ name: "z1" }], databases: spec.databases };
const tableGroupOf = (cluster: ReturnType<typeof aCluster>) => aTableGroup(cluster, "tiny_db");

test("from external to managed: the old server is left when nothing uses it any more", () => {
  const cluster = aCluster({ spec: managed, status: { externalTopologies: noted.slice(0, 1) } });
  const tableGroup = tableGroupOf(cluster);
  const old = {
    ...tableGroup,
    spec: { ...tableGroup.spec, globalTopoServer: { address: "etcd:2379", rootPath: "/multigres/global" } },
  };
  const waiting = planFor(cluster, [aTopoServer(cluster), aCell(cluster, "z1"), old], nothingKnown);
  expect(inputsOf(waiting, leaveTopology)).toEqual([]);
  expect(waiting.finalizer?.wanted).toBe(true);
  expect(waiting.status([]).conditions).toContainEqual(
    expect.objectContaining({ type: "TopologyRecordsLeft", status: "True", reason: "StillInUse" }),
  );

  const objects = [aTopoServer(cluster), aCell(cluster, "z1"), tableGroup];
  expect(inputsOf(planFor(cluster, objects, nothingKnown), leaveTopology)).toMatchObject([
    { place: { server: { address: "etcd:2379" } }, current: { server: { address: "demo-global-client.t1.svc:2379" } } },
  ]);

  const done = planFor(cluster, objects);
  expect(done.finalizer?.wanted).toBe(false);
  expect(done.status([])).not.toHaveProperty("externalTopologies");
  expect(done.status([]).conditions?.map(({ type }) => type)).not.toContain("TopologyRecordsLeft");
});

test("a server that is gone for good is told with the way out, which ends it", () => {
  const status = { externalTopologies: noted.slice(0, 1) };
  const cluster = aCluster({ spec: managed, status });
  const objects = (owner: typeof cluster) => [aTopoServer(owner), aCell(owner, "z1"), tableGroupOf(owner)];
  const plan = planFor(cluster, objects(cluster), (kind, input) =>
    kind === "leave-topology" ? failed(kind, input) : allDone(kind, input),
  );
  const told = plan.status([]).conditions?.find(({ type }) => type === "TopologyRecordsLeft");
  expect(told).toMatchObject({ status: "True", reason: "TopologyUnreachable" });
  expect(told?.message).toContain('multigres.com/skip-topology-cleanup: "true"');

  const annotations = { "multigres.com/skip-topology-cleanup": "true" };
  const givenUp = aCluster({ spec: managed, status, annotations });
  expect(planFor(givenUp, objects(givenUp), failed)).toMatchObject({ finalizer: { wanted: false } });
  expect(planFor(givenUp, objects(givenUp), failed).status([])).not.toHaveProperty("externalTopologies");
});

test("a removed cell's own external topology is left when the cell is gone", () => {
  const cluster = aCluster({ spec: managed, status: { externalTopologies: noted.slice(1) } });
  const objects = [aTopoServer(cluster), aCell(cluster, "z1"), tableGroupOf(cluster)];
  expect(inputsOf(planFor(cluster, [...objects, aCell(cluster, "z2")], nothingKnown), leaveTopology)).toEqual([]);
  expect(inputsOf(planFor(cluster, objects, nothingKnown), leaveTopology)).toMatchObject([
    { cell: "z2", place: { server: { address: "near:2379" } } },
  ]);
});
