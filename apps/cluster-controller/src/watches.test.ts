import type { V1PersistentVolumeClaim, V1Pod } from "@kubernetes/client-node";
import { type KubernetesObject, keyOf, type ResourceKind, kinds } from "@multigres/controller-kit";
import { trimPod } from "@multigres/workload-kit";
import { storesWith, watchOf } from "@multigres/controller-kit/testing";
import { expect, test } from "vitest";
import { clusterController } from "./definition.ts";
import {
  aCell,
  aClaim,
  aCluster,
  aPod,
  aPool,
  aPoolPod,
  aTableGroup,
  aTemplate,
  aTopoServer,
  controlledBy,
} from "./testing/builders.ts";
import { primaryIndexes, watches } from "./watches.ts";

const usingStd = { databases: [{ name: "prod_db", spec: { shardTemplateRef: "std" } }] };
const demo = aCluster({ spec: usingStd });
const stores = storesWith(
  clusterController,
  demo,
  aCluster({
    name: "twin",
    spec: { databases: [...usingStd.databases, { name: "b", spec: { shardTemplateRef: "std" } }] },
  }),
  aCluster({ name: "inline", spec: { databases: [{ name: "tiny_db", spec: { pools: [aPool()] } }] } }),
  aCluster({ name: "elsewhere", namespace: "t2", spec: usingStd }),
);

function woken<T extends KubernetesObject>(kind: ResourceKind<T>, object: T): readonly string[] {
  const watch = watches.find((candidate) => candidate.kind.kind === kind.kind);
  return watch?.wakes?.(object, stores) ?? [];
}

test("a template wakes exactly the clusters of its namespace that refer to it, each once", () => {
  expect(woken(kinds.ShardTemplate, aTemplate("std"))).toEqual(["t1/demo", "t1/twin"]);
  expect(woken(kinds.ShardTemplate, aTemplate("std", [aPool()], "t2"))).toEqual(["t2/elsewhere"]);
});

test("a template that two databases of one cluster use stands in the index once", () => {
  const twice = aCluster({
    spec: { databases: ["a", "b"].map((name) => ({ name, spec: { shardTemplateRef: "std" } })) },
  });
  expect(primaryIndexes.shardTemplate(twice)).toEqual(["t1/std"]);
});

test("a template that nobody refers to wakes nobody", () => {
  expect(woken(kinds.ShardTemplate, aTemplate("unused"))).toEqual([]);
  expect(woken(kinds.ShardTemplate, aTemplate("std", [aPool()], "t3"))).toEqual([]);
});

test("a child wakes the cluster that controls it", () => {
  expect(woken(kinds.TopoServer, aTopoServer(demo))).toEqual(["t1/demo"]);
  expect(woken(kinds.Cell, aCell(demo, "gone"))).toEqual(["t1/demo"]);
  expect(woken(kinds.TableGroup, aTableGroup(demo, "gone"))).toEqual(["t1/demo"]);
});

test("a child of a Cell wakes nobody here", () => {
  const local = aTopoServer(demo, { owner: null, name: "demo-z1-topo-12345678" });
  local.metadata.ownerReferences = [{ ...controlledBy(demo), kind: "Cell", name: "demo-z1" }];
  expect(woken(kinds.TopoServer, local)).toEqual([]);
});

test("a stranger under a wanted name wakes the clusters that want the name, so that they see it go", () => {
  expect(woken(kinds.Cell, aCell(demo, "z1", { owner: null, labels: {} }))).toEqual(["t1/demo"]);
  expect(woken(kinds.TopoServer, aTopoServer(demo, { owner: null, labels: {} }))).toEqual(["t1/demo"]);
  const contested = aTableGroup(aCluster({ name: "twin" }), "prod_db");
  expect(woken(kinds.TableGroup, contested)).toEqual(["t1/twin", "t1/demo"]);
});

test("a pod wakes the cluster that its label names", () => {
  expect(woken<V1Pod>(kinds.Pod, aPod(demo, "multiorch", {}))).toEqual(["t1/demo"]);
});

test("a volume wakes the cluster that its label names, and is cached with its owners, but without its size", () => {
  const claim = { ...aClaim(demo, "gone", 0, { owners: [controlledBy(demo)] }), spec: { volumeName: "v" }, status: {} };
  expect(woken<V1PersistentVolumeClaim>(kinds.PersistentVolumeClaim, claim)).toEqual(["t1/demo"]);
  const { trim, labelSelector } = watchOf({ watches }, "PersistentVolumeClaim");
  expect(trim?.(claim)).toEqual(aClaim(demo, "gone", 0, { owners: [controlledBy(demo)] }));
  expect(labelSelector).toBe("app.kubernetes.io/component=shard-pool,app.kubernetes.io/managed-by=multigres-operator");
});

test("workloads and budgets are cached for our two components only, pods also for pools", () => {
  const selectors = new Map(watches.map((watch) => [watch.kind.kind, watch.labelSelector]));
  expect(selectors.get("Pod")).toBe(
    "app.kubernetes.io/component in (multiadmin,multiorch,shard-pool),app.kubernetes.io/managed-by=multigres-operator",
  );
  for (const kind of ["Deployment", "StatefulSet", "Service", "PodDisruptionBudget"]) {
    expect(selectors.get(kind)).toBe(
      "app.kubernetes.io/component in (multiadmin,multiorch),app.kubernetes.io/managed-by=multigres-operator",
    );
  }
});

test("pods are cached without what nobody reads, pools' pods without all that changes", () => {
  const { trim } = watchOf({ watches }, "Pod");
  const multiorch = aPod(demo, "multiorch", { phase: "Running" });
  expect(trim?.(multiorch)).toEqual(trimPod(multiorch));
  const pod = aPoolPod(demo, "tiny_db", "z1");
  const leaving = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: new Date() }, status: { phase: "Failed" } };
  expect(trim?.(leaving)).toEqual(trim?.(pod));
  expect(trim?.(pod)).toEqual({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: expect.stringMatching(/^demo-tiny-db-replica-z1-\w{8}-0$/),
      namespace: "t1",
      uid: expect.anything(),
      labels: {
        "app.kubernetes.io/component": "shard-pool",
        "multigres.com/cluster": "demo",
        "multigres.com/database": "tiny_db",
        "multigres.com/cell": "z1",
      },
    },
  });
});

test("a malformed cluster is in no index, and breaks none", () => {
  const malformed = { ...demo, spec: { cells: "z1", databases: "all" } } as unknown as typeof demo;
  for (const index of Object.values(primaryIndexes)) {
    expect(index(demo)).not.toEqual([]);
    expect(index(malformed)).toEqual([]);
  }
  expect(keyOf(malformed)).toBe("t1/demo");
});
