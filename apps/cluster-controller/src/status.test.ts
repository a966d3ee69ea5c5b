import type { MultigresCluster, MultigresClusterSpec } from "@multigres/api-types";
import type { KubernetesObject, WriteFailure } from "@multigres/controller-kit";
import { expect, test } from "vitest";
import { clusterController } from "./definition.ts";
import {
  aCell,
  aCluster,
  aPod,
  aPool,
  aTableGroup,
  aTopoServer,
  aWorkload,
  conditionsOf,
  now,
  testSettings,
} from "./testing/builders.ts";
import { condition, planFor } from "./testing/reconciling.ts";

const databases: MultigresClusterSpec["databases"] = [{ name: "tiny_db", spec: { pools: [aPool()] } }];
const cluster = aCluster({ spec: { databases } });

interface Parts {
  topoServer: KubernetesObject;
  cell: KubernetesObject;
  tableGroup: KubernetesObject;
  multiadmin: KubernetesObject;
  multiorch: KubernetesObject;
}

/** All parts are well but those that the test replaces; `undefined` takes one away. */
type Replacements = Partial<Record<keyof Parts, KubernetesObject | undefined>>;

function planWith(parts: Replacements = {}, { owner = cluster, extra = [] as KubernetesObject[] } = {}) {
  const all: Partial<Parts> = {
    topoServer: aTopoServer(owner),
    cell: aCell(owner, "z1"),
    tableGroup: aTableGroup(owner, "tiny_db"),
    multiadmin: aWorkload(owner, "Deployment", "multiadmin"),
    multiorch: aWorkload(owner, "StatefulSet", "multiorch"),
    ...parts,
  };
  const objects = Object.values(all).filter((object) => object !== undefined);
  return planFor(owner, [...objects, ...extra]);
}

function statusWith(
  parts: Replacements = {},
  { owner = cluster, extra = [] as KubernetesObject[], failures = [] as WriteFailure[] } = {},
) {
  return planWith(parts, { owner, extra }).status(failures);
}

function verdict(status: ReturnType<typeof statusWith>) {
  const of = (type: string) => condition(status, type).status;
  return { available: of("Available"), progressing: of("Progressing"), ready: of("Ready"), stalled: of("Stalled") };
}

/** As it stands after its first status, the one that never says Unknown. */
function seenBefore<T extends object>(object: T) {
  return { ...object, status: { conditions: [] } };
}

const wellAndAtRest = { available: "True", progressing: "False", ready: "True", stalled: "False" };

test("all parts well: available, at rest, ready", () => {
  const status = statusWith();
  expect(verdict(status)).toEqual(wellAndAtRest);
  expect(condition(status, "Available")).toEqual({
    type: "Available",
    status: "True",
    reason: "AllAvailable",
    message: "All components are available.",
    observedGeneration: 1,
    lastTransitionTime: "2026-11-20T10:00:00Z",
  });
  expect(status).toMatchObject({
    observedGeneration: 1,
    globalTopoServer: { etcd: { available: "True" } },
    cells: { z1: { gatewayAvailable: "True", topoServerAvailable: "True" } },
    databases: { tiny_db: { desiredInstances: 3, readyInstances: 3, servingWrites: "Unknown" } },
    desiredInstances: 3,
    readyInstances: 3,
    multiadmin: { available: "True", serviceName: "demo-multiadmin" },
    multiorch: { available: "True", serviceName: "demo-multiorch", cell: "z1" },
  });
});

test("the first status of a new cluster says Available False and Progressing True", () => {
  const status = planFor(cluster).status([]);
  expect(verdict(status)).toEqual({ available: "False", progressing: "True", ready: "False", stalled: "False" });
  expect(status).toMatchObject({
    globalTopoServer: { etcd: { available: "False" } },
    cells: { z1: { gatewayAvailable: "False", topoServerAvailable: "False" } },
    databases: { tiny_db: { desiredInstances: 3, readyInstances: 0, servingWrites: "Unknown" } },
    multiadmin: { available: "False" },
    multiorch: { available: "False" },
  });
});

test.each<[keyof Parts, string]>([
  ["topoServer", "TopoServer demo-global doesn't exist yet"],
  ["cell", "Cell demo-z1 doesn't exist yet"],
  ["tableGroup", "TableGroup tiny-db-default doesn't exist yet"],
  ["multiadmin", "Deployment demo-multiadmin doesn't exist yet"],
  ["multiorch", "StatefulSet demo-multiorch doesn't exist yet"],
])("without its %s the cluster isn't available, however well the rest is", (part, message) => {
  const status = statusWith({ [part]: undefined });
  expect(verdict(status)).toMatchObject({ available: "False", progressing: "True", ready: "False" });
  expect(condition(status, "Available")).toMatchObject({ reason: "NotCreatedYet", message });
  expect(condition(status, "Progressing").message).toBe(message);
});

const unavailable = {
  observedGeneration: 1,
  conditions: conditionsOf("False", "True", "Pod p-0, container c: CrashLoopBackOff"),
};

test.each<[string, Partial<Parts>, string]>([
  ["TopoServer demo-global", { topoServer: aTopoServer(cluster, { status: unavailable }) }, "topoServer"],
  ["Cell demo-z1", { cell: aCell(cluster, "z1", { status: unavailable }) }, "cell"],
  [
    "TableGroup tiny-db-default",
    { tableGroup: aTableGroup(cluster, "tiny_db", { status: unavailable }) },
    "tableGroup",
  ],
])("an ailing %s is named with the pod that it names", (name, parts) => {
  const status = statusWith(parts);
  expect(verdict(status)).toMatchObject({ available: "False", progressing: "True" });
  expect(condition(status, "Available").message).toBe(`${name}: Pod p-0, container c: CrashLoopBackOff`);
});

test("pods of multiadmin and multiorch are named with their trouble", () => {
  const waiting = (reason: string) => ({
    containerStatuses: [
      { name: "c", image: "i", imageID: "", ready: false, restartCount: 3, state: { waiting: { reason } } },
    ],
  });
  const plan = planWith(
    {
      multiadmin: aWorkload(cluster, "Deployment", "multiadmin", { ready: 0 }),
      multiorch: aWorkload(cluster, "StatefulSet", "multiorch", { ready: 0 }),
    },
    {
      extra: [
        aPod(cluster, "multiadmin", waiting("ImagePullBackOff")),
        aPod(cluster, "multiorch", waiting("CrashLoopBackOff")),
      ],
    },
  );
  const status = plan.status([]);
  expect(status).toMatchObject({ multiadmin: { available: "False" }, multiorch: { available: "False" } });
  expect(condition(status, "Available").reason).toBe("ImagePullBackOff");
  expect(plan.events).toMatchObject([
    { type: "Warning", reason: "ImagePullBackOff", note: expect.stringContaining("Pod demo-multiadmin-0") },
    { type: "Warning", reason: "CrashLoopBackOff", note: expect.stringContaining("Pod demo-multiorch-0") },
  ]);
  expect(condition(status, "Available").message).toContain("Pod demo-multiadmin-0, container c: ImagePullBackOff");
  expect(condition(status, "Available").message).toContain("Pod demo-multiorch-0, container c: CrashLoopBackOff");
});

test("a child that hasn't observed its spec counts for nothing, whatever its status says", () => {
  const unobserved = {
    topoServer: aTopoServer(cluster, { generation: 2 }),
    cell: aCell(cluster, "z1", { generation: 2 }),
    tableGroup: aTableGroup(cluster, "tiny_db", { generation: 2 }),
  };
  expect(verdict(statusWith(unobserved))).toMatchObject({ available: "False", progressing: "True", ready: "False" });
  const status = statusWith(unobserved, { owner: seenBefore(cluster) });
  expect(verdict(status)).toMatchObject({ available: "Unknown", progressing: "True", ready: "Unknown" });
  expect(status).toMatchObject({
    globalTopoServer: { etcd: { available: "Unknown" } },
    cells: { z1: { gatewayAvailable: "Unknown", topoServerAvailable: "Unknown" } },
    databases: { tiny_db: { desiredInstances: 3, readyInstances: 0, servingWrites: "Unknown" } },
  });
  expect(condition(status, "Progressing").reason).toBe("ChildrenNotObserved");
});

test("a child of the wanted name that somebody else controls counts for nothing", () => {
  const stranger = aCluster({ name: "stranger" });
  const status = statusWith({ cell: aCell(cluster, "z1", { owner: stranger }) });
  expect(status.cells?.z1).toEqual({ gatewayAvailable: "False", topoServerAvailable: "True" });
  expect(verdict(status).available).toBe("False");
});

test("an available database with a pod to come is available and progressing", () => {
  const status = statusWith({
    tableGroup: aTableGroup(cluster, "tiny_db", {
      status: { observedGeneration: 1, conditions: conditionsOf("True", "True", "Pod p-2 isn't ready"), readyPods: 2 },
    }),
  });
  expect(verdict(status)).toEqual({ available: "True", progressing: "True", ready: "False", stalled: "False" });
  expect(condition(status, "Progressing")).toMatchObject({
    reason: "Test",
    message: "TableGroup tiny-db-default: Pod p-2 isn't ready",
  });
  expect(status).toMatchObject({
    databases: { tiny_db: { desiredInstances: 3, readyInstances: 2 } },
    readyInstances: 2,
  });
});

test("what a TableGroup says of writes is passed on", () => {
  const serving = (servingWrites: "True" | "False") =>
    statusWith({
      tableGroup: aTableGroup(cluster, "tiny_db", {
        status: { observedGeneration: 1, conditions: conditionsOf(), readyPods: 3, servingWrites },
      }),
    }).databases?.tiny_db?.servingWrites;
  expect(serving("True")).toBe("True");
  expect(serving("False")).toBe("False");
});

test("volumes that couldn't grow are told by where the spec sets their size, if the child speaks of its own spec", () => {
  const saying = (storageGrowthFailures: Record<string, string>) => ({
    observedGeneration: 1,
    conditions: conditionsOf(),
    storageGrowthFailures,
  });
  const parts = (generation: number) => ({
    topoServer: aTopoServer(cluster, { generation, status: saying({ data: "10Gi" }) }),
    cell: aCell(cluster, "z1", { generation, status: saying({ topoServer: "5Gi" }) }),
    tableGroup: aTableGroup(cluster, "tiny_db", {
      generation,
      status: saying({ "replica/z1": "1Gi", backupRepository: "2Gi" }),
    }),
  });
  expect(statusWith(parts(1)).storageGrowthFailures).toEqual({
    globalTopoServer: "10Gi",
    "cells/z1/topoServer": "5Gi",
    "databases/tiny_db/replica/z1": "1Gi",
    backupRepository: "2Gi",
  });
  expect(statusWith(parts(2))).not.toHaveProperty("storageGrowthFailures");
  expect(statusWith()).not.toHaveProperty("storageGrowthFailures");
});

test("a stalled child stalls the cluster, with the child's reason", () => {
  const conditions = [
    ...conditionsOf("False"),
    { type: "Stalled", status: "True" as const, reason: "QuotaExceeded", message: "no room" },
  ];
  const status = statusWith({ cell: aCell(cluster, "z1", { status: { observedGeneration: 1, conditions } }) });
  expect(condition(status, "Stalled")).toMatchObject({
    status: "True",
    reason: "QuotaExceeded",
    message: "Cell demo-z1: no room",
  });
});

test("a cell's own topology server is its Cell's business, the global one everybody's", () => {
  const own = { managedSpec: {} };
  const owner = aCluster({
    spec: { databases, cells: [{ name: "z1" }, { name: "z2", spec: { topoServer: own } }] },
  });
  const cellStatus = { observedGeneration: 1, conditions: conditionsOf(), gatewayAvailable: "True" as const };
  const status = statusWith(
    {
      topoServer: aTopoServer(owner, { status: { observedGeneration: 1, conditions: conditionsOf("False") } }),
      cell: aCell(owner, "z1", { status: { ...cellStatus, topoServerAvailable: "True" } }),
    },
    { owner, extra: [aCell(owner, "z2", { status: { ...cellStatus, topoServerAvailable: "True" } })] },
  );
  expect(status.cells).toEqual({
    z1: { gatewayAvailable: "True", topoServerAvailable: "False" },
    z2: { gatewayAvailable: "True", topoServerAvailable: "True" },
  });
});

test("no databases: not available, for that reason, but at rest; multiorch keeps its cell", () => {
  const owner = aCluster({
    spec: { databases: [], cells: [{ name: "z1" }, { name: "a0" }] },
    status: { multiorch: { available: "True", serviceName: "demo-multiorch", cell: "z1" } },
  });
  const status = statusWith({ tableGroup: undefined, multiorch: undefined }, { owner, extra: [aCell(owner, "a0")] });
  expect(condition(status, "Available")).toMatchObject({
    status: "False",
    reason: "NoDatabases",
    message: "spec.databases is empty: add a database",
  });
  expect(verdict(status)).toMatchObject({ progressing: "False", stalled: "False" });
  expect(status.multiorch).toEqual({ available: "Unknown", serviceName: "demo-multiorch", cell: "z1" });
  // Server-side apply would make null of an empty map, which the schema refuses.
  expect(status).not.toHaveProperty("databases");
});

const conflict: WriteFailure = {
  ref: { kind: "Cell", namespace: "t1", name: "demo-z1" },
  reason: "NameConflict",
  message: "Cell t1/demo-z1 already exists and belongs to MultigresCluster stranger; it is left alone.",
};

test("a taken name is a condition of its own, and a person must act", () => {
  const status = statusWith({ cell: undefined }, { failures: [conflict] });
  expect(condition(status, "NameConflict")).toMatchObject({
    status: "True",
    reason: "NameConflict",
    message: conflict.message,
  });
  expect(verdict(status)).toMatchObject({ available: "False", progressing: "True", stalled: "True" });
  expect(condition(status, "Stalled").reason).toBe("NameConflict");
});

test("another failed write is no name conflict, but told", () => {
  const failures: WriteFailure[] = [{ ...conflict, reason: "QuotaExceeded", message: "Cell demo-z1: exceeded quota" }];
  const status = statusWith({ cell: undefined }, { failures });
  expect(status.conditions?.map(({ type }) => type)).not.toContain("NameConflict");
  expect(condition(status, "Stalled")).toMatchObject({ status: "True", reason: "QuotaExceeded" });
  expect(condition(status, "Progressing").message).toContain("exceeded quota");
});

test("at rest but for what must go, it says what goes", () => {
  const status = statusWith({}, { extra: [aTableGroup(cluster, "old_db")] });
  expect(condition(status, "Progressing")).toMatchObject({ status: "True", reason: "Removing" });
  expect(verdict(status).available).toBe("True");
});

test("conditions keep their transition time until their status moves", () => {
  const before = statusWith();
  const old = before.conditions?.map((entry) => ({ ...entry, lastTransitionTime: "2026-01-01T00:00:00Z" }));
  const later = aCluster({ spec: { databases }, status: { ...before, conditions: old } });
  expect(statusWith({}, { owner: later }).conditions).toEqual(old);
  const changed = statusWith({ cell: undefined }, { owner: later });
  expect(condition(changed, "Available").lastTransitionTime).toBe("2026-11-20T10:00:00Z");
  expect(condition(changed, "TemplateResolved").lastTransitionTime).toBe("2026-01-01T00:00:00Z");
});

test("the same facts give the same status, whatever order they come in", () => {
  const names = ["z3", "z1", "z2"];
  const owner = aCluster({ spec: { databases, cells: names.map((name) => ({ name })) } });
  const cells = names.map((name) => aCell(owner, name));
  const one = statusWith({ cell: undefined }, { owner, extra: cells });
  const other = statusWith({ cell: undefined }, { owner, extra: cells.toReversed() });
  expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  expect(Object.keys(one.cells ?? {})).toEqual(["z1", "z2", "z3"]);
});

const annotations = { "multigres.com/paused": "true" };

test("paused: status goes on, and says so", () => {
  const owner = aCluster({ spec: { databases }, annotations });
  const plan = planFor(owner, [aTopoServer(owner), aTableGroup(owner, "old_db")]);
  expect(condition(plan.status([]), "Paused")).toMatchObject({ status: "True", reason: "PausedByAnnotation" });
  expect(plan.status([]).globalTopoServer?.etcd.available).toBe("True");
});

test("paused at rest: nothing is in motion", () => {
  const status = { observedGeneration: 1 };
  expect(verdict(statusWith({}, { owner: aCluster({ spec: { databases }, annotations, status }) }))).toEqual(
    wellAndAtRest,
  );
});

test("paused after an edit: the status goes on speaking of the generation before, and says so", () => {
  const owner = aCluster({ spec: { databases }, annotations, generation: 5, status: { observedGeneration: 4 } });
  const status = statusWith({}, { owner });
  expect(status.observedGeneration).toBe(4);
  expect(condition(status, "Available")).toMatchObject({ status: "True", observedGeneration: 4 });
  expect(condition(status, "Progressing")).toMatchObject({ status: "True", reason: "PausedByAnnotation" });
});

test.each(["false", "", "yes"])("the annotation's value %j doesn't pause", (value) => {
  const owner = aCluster({ spec: { databases }, annotations: { "multigres.com/paused": value } });
  expect(
    planFor(owner)
      .status([])
      .conditions?.map(({ type }) => type),
  ).not.toContain("Paused");
});

function malformed(status?: MultigresCluster["status"]) {
  const object = { ...aCluster({ generation: 3 }), spec: { cells: "z1" }, ...(status ? { status } : {}) };
  const parsed = clusterController.parse(object);
  if (parsed.ok) throw new Error("it passed");
  return clusterController.malformed(object as unknown as MultigresCluster, parsed.message, {
    now,
    settings: testSettings,
  });
}

test("a cluster that can't be parsed says where it is wrong, and keeps what was known", () => {
  const status = malformed({ multiadmin: { available: "True", serviceName: "demo-multiadmin" }, conditions: [] });
  expect(condition(status, "Stalled")).toMatchObject({
    status: "True",
    reason: "InvalidObject",
    observedGeneration: 3,
  });
  expect(condition(status, "Stalled").message).toContain("spec.cells");
  expect(verdict(status)).toMatchObject({ available: "Unknown", progressing: "True", ready: "Unknown" });
  expect(status.multiadmin?.available).toBe("True");
});

test("a new cluster that can't be parsed is not available", () => {
  expect(verdict(malformed()).available).toBe("False");
});
