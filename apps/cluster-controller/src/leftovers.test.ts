import type { KubernetesObject } from "@multigres/controller-kit";
import { expect, test } from "vitest";
import { aCell, aCluster, aPool, aPoolPod, aTableGroup, aTopoServer, aWorkload } from "./testing/builders.ts";
import { allDone, type Answers, condition, deleted, nothingKnown, planFor } from "./testing/reconciling.ts";

const tiny = { name: "tiny_db", spec: { pools: [aPool()] } };
const cluster = aCluster({ spec: { databases: [tiny] } });
const stranger = aCluster({ name: "stranger" });

test("a removed database loses its TableGroup, by name and UID", () => {
  const plan = planFor(cluster, [aTableGroup(cluster, "tiny_db"), aTableGroup(cluster, "old_db")]);
  expect(plan.deletions).toMatchObject([
    {
      kind: { kind: "TableGroup" },
      namespace: "t1",
      name: "old-db-default",
      uid: "uid-TableGroup-old-db-default",
      propagationPolicy: "Foreground",
      because: expect.stringMatching(
        /^the spec no longer asks for it\. Its PersistentVolumeClaims stay: data-demo-old-db-replica-z1-\w{8}-0 to -2; demo-old-db-repository-\w{8}$/,
      ),
    },
  ]);
  expect(condition(plan.status([]), "Progressing")).toMatchObject({
    status: "True",
    message: expect.stringContaining("TableGroup old-db-default is no longer wanted and is being deleted"),
  });
});

test("a removed cell goes when no existing pool is in it, and not before", () => {
  const inZ2 = aTableGroup(cluster, "tiny_db", { pools: [aPool(), aPool({ cell: "z2" })] });
  const cells = [aCell(cluster, "z1"), aCell(cluster, "z2")];
  expect(deleted(planFor(cluster, [...cells, inZ2]))).toEqual([]);
  expect(deleted(planFor(cluster, [...cells, aTableGroup(cluster, "tiny_db")]))).toEqual(["Cell demo-z2"]);
});

test("a removed cell stays until its last pool pod is gone, and says so in a condition", () => {
  const plan = planFor(cluster, [aCell(cluster, "z2"), aPoolPod(cluster, "tiny_db", "z2")]);
  expect(deleted(plan)).toEqual([]);
  expect(condition(plan.status([]), "CellDraining")).toMatchObject({
    status: "True",
    reason: "PodsRemain",
    message: "Cell demo-z2 stays, because pools still run in it",
  });
  const gone = planFor(cluster, [aCell(cluster, "z2"), aPoolPod(stranger, "tiny_db", "z2")]);
  expect(gone.deletions).toMatchObject([{ name: "demo-z2", propagationPolicy: "Foreground" }]);
  expect(gone.status([]).conditions?.map(({ type }) => type)).not.toContain("CellDraining");
});

test.each<[string, Answers, string[]]>([
  ["no answer yet", nothingKnown, []],
  ["an answer", allDone, ["Cell demo-z2"]],
  [
    "no connection, which is no reason to wait",
    () => ({ state: "failed", message: "no", since: new Date(0) }),
    ["Cell demo-z2"],
  ],
])("a removed cell waits for the records that may name it: %s", (_, answers, expected) => {
  const plan = planFor(cluster, [aCell(cluster, "z2")], answers);
  expect(deleted(plan)).toEqual(expected);
  const draining = plan.status([]).conditions?.find(({ type }) => type === "CellDraining");
  expect(draining?.reason).toBe(expected.length === 0 ? "RegisteredInDatabases" : undefined);
});

test.each([undefined, 7, [null], {}])("a TableGroup that can't be read, with pools %j, holds nothing up", (pools) => {
  const tableGroup = { ...aTableGroup(cluster, "tiny_db"), spec: { shardTemplate: { pools } } } as KubernetesObject;
  expect(deleted(planFor(cluster, [aCell(cluster, "z2"), tableGroup]))).toEqual(["Cell demo-z2"]);
});

test("a cell outlives the database that was removed with it", () => {
  const old = aTableGroup(cluster, "old_db", { pools: [aPool({ cell: "z2" })] });
  expect(deleted(planFor(cluster, [aCell(cluster, "z2"), old]))).toEqual(["TableGroup old-db-default"]);
});

test("pools of another cluster keep no cell of ours", () => {
  const theirs = aTableGroup(stranger, "x", { pools: [aPool({ cell: "z2" })] });
  expect(deleted(planFor(cluster, [aCell(cluster, "z2"), theirs]))).toEqual(["Cell demo-z2"]);
});

test("the managed topology server goes when an external one takes its place and no pod uses it any more", () => {
  const moved = aCluster({ spec: { globalTopoServer: { external: { address: "e:2379" } }, databases: [tiny] } });
  const tableGroup = aTableGroup(moved, "tiny_db");
  const before = planFor(moved, [aTopoServer(moved), tableGroup]);
  expect(deleted(before)).toEqual([]);
  expect(condition(before.status([]), "Progressing").message).toContain(
    "pods still use it (TableGroup tiny-db-default)",
  );
  tableGroup.spec.globalTopoServer = { address: "e:2379", rootPath: "/multigres/global" };
  expect(deleted(planFor(moved, [aTopoServer(moved), tableGroup]))).toEqual(["TopoServer demo-global"]);
  tableGroup.status = { ...tableGroup.status, updatedPods: 2 };
  expect(deleted(planFor(moved, [aTopoServer(moved), tableGroup]))).toEqual([]);
});

test("the budget of a component that is down to one replica goes, its other objects stay", () => {
  const plan = planFor(cluster, [
    aWorkload(cluster, "Deployment", "multiadmin"),
    aWorkload(cluster, "Service", "multiadmin"),
    aWorkload(cluster, "PodDisruptionBudget", "multiadmin"),
  ]);
  expect(deleted(plan)).toEqual(["PodDisruptionBudget demo-multiadmin"]);
});

test("what isn't controlled by the cluster is never deleted", () => {
  const objects = [
    aTableGroup(stranger, "old_db"),
    aTableGroup(cluster, "orphan_db", { owner: null }),
    aCell(aCluster({ uid: "the-one-before" }), "z2"),
  ];
  expect(deleted(planFor(cluster, objects))).toEqual([]);
});

test("what is on its way out is told until it is gone", () => {
  const plan = planFor(cluster, [aTableGroup(cluster, "old_db", { deletionTimestamp: "2026-11-20T09:00:00Z" })]);
  expect(condition(plan.status([]), "Progressing").message).toContain("old-db-default");
});

test("of two TableGroups for one database the second goes", () => {
  const twice = [aTableGroup(cluster, "tiny_db"), aTableGroup(cluster, "tiny_db", { name: "tiny-db-second" })];
  expect(deleted(planFor(cluster, twice))).toEqual(["TableGroup tiny-db-second"]);
});
