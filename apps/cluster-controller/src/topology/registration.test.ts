import type { MultigresClusterSpec } from "@multigres/api-types";
import { expect, test } from "vitest";
import { aCell, aCluster, aPool, aPoolPod, aTableGroup, aTopoServer, conditionsOf } from "../testing/builders.ts";
import { allDone, type Answers, condition, inputsOf, nothingKnown, planFor } from "../testing/reconciling.ts";
import { prunePoolers, registerDatabase, removeUnwantedRecords } from "./tasks.ts";

const cells: MultigresClusterSpec["cells"] = [{ name: "z1" }, { name: "z2" }];
const tiny = { name: "tiny_db", spec: { pools: [aPool({ cell: "z2", replicas: 2 }), aPool({ cell: "z1" })] } };
const cluster = aCluster({ spec: { cells, databases: [tiny] } });
const children = [aTopoServer(cluster), aCell(cluster, "z1"), aCell(cluster, "z2")];
const owner = { namespace: "t1", name: "demo", uid: "uid-demo" };
const global = { server: { address: "demo-global-client.t1.svc:2379" }, root: "/multigres/global" };

const external = { address: "etcd:2379", tlsSecretRef: { name: "etcd-tls" } };
const noted = [{ address: "etcd:2379", rootPath: "/r", tlsSecretName: "etcd-tls" }];

function anExternalCluster(status: NonNullable<(typeof cluster)["status"]> = { externalTopologies: noted }) {
  return aCluster({ spec: { cells, databases: [tiny], globalTopoServer: { rootPath: "/r", external } }, status });
}

const failing =
  (state: "foreign" | "refused" | "unreachable", message: string, which = "register-database"): Answers =>
  (kind, input) => {
    if (kind !== which) return allDone(kind, input);
    return state === "unreachable"
      ? { state: "failed", message, since: new Date(0) }
      : { state: "done", output: { result: state, message } };
  };

test("the record of a database has its cells, policy, and the path where its pods have their backups", () => {
  expect(inputsOf(planFor(cluster), registerDatabase)).toEqual([
    {
      owner,
      place: global,
      record: {
        name: "tiny_db",
        cells: ["z1", "z2"],
        durabilityPolicy: {
          policyName: "AT_LEAST_2",
          quorumType: "AT_LEAST_N",
          requiredCount: 2,
          description: "At least 2 nodes must acknowledge",
        },
        backupLocation: { kind: "filesystem", path: "/backups/t1/demo/tiny_db/default/0-inf" },
      },
    },
  ]);
});

test.each([
  [{ bucket: "b" }, { region: "us-east-1", endpoint: "", keyPrefix: "t1/demo/tiny_db/default/0-inf" }, false],
  [
    { bucket: "b", region: "eu", endpoint: "https://s3", keyPrefix: "/all/", credentialsSecretRef: { name: "s" } },
    { region: "eu", endpoint: "https://s3", keyPrefix: "all/t1/demo/tiny_db/default/0-inf" },
    true,
  ],
])("backups in S3 have a prefix for each shard: %j", (s3, expected, useEnvCredentials) => {
  const inS3 = aCluster({ spec: { cells, databases: [tiny], backupRepository: { s3 } } });
  const [input] = inputsOf(planFor(inS3), registerDatabase);
  expect(input?.record.backupLocation).toEqual({ kind: "s3", bucket: "b", useEnvCredentials, ...expected });
});

test("two clusters of a namespace, or namespaces, share no record, path or root", () => {
  const of = (options: { name?: string; namespace?: string }) => {
    const plan = planFor(aCluster({ ...options, spec: { cells, databases: [tiny] } }));
    return inputsOf(plan, registerDatabase).map(({ place, record }) => [place.server.address, record.backupLocation]);
  };
  const [one, other, elsewhere] = [of({}), of({ name: "other" }), of({ namespace: "t2" })].map((each) => each.flat());
  for (const part of one ?? []) expect([...(other ?? []), ...(elsewhere ?? [])]).not.toContainEqual(part);
});

test("a cell stays in the record until the last pod of the database has left it", () => {
  const only = { name: "tiny_db", spec: { pools: [aPool()] } };
  const left = aCluster({ spec: { cells, databases: [only] } });
  const cellsWith = (...pods: ReturnType<typeof aPoolPod>[]) =>
    inputsOf(planFor(left, pods), registerDatabase)[0]?.record.cells;
  expect(cellsWith(aPoolPod(left, "tiny_db", "z2"))).toEqual(["z1", "z2"]);
  expect(cellsWith(aPoolPod(left, "other_db", "z2"))).toEqual(["z1"]);
});

test("a database that is held back is registered with the pools that it has, or not at all; its record stays", () => {
  const held = aCluster({ spec: { cells, databases: [{ name: "tiny_db", spec: { shardTemplateRef: "nope" } }] } });
  expect(inputsOf(planFor(held), registerDatabase)).toEqual([]);
  const plan = planFor(held, [aTableGroup(held, "tiny_db", { pools: [aPool({ cell: "z2" })] })]);
  expect(inputsOf(plan, registerDatabase)[0]?.record.cells).toEqual(["z2"]);
  expect(inputsOf(planFor(held), removeUnwantedRecords)[0]?.keep.databases).toEqual(["tiny_db"]);
});

test("records outlive what is on its way out: TableGroups, Cells, pods", () => {
  const leaving = { deletionTimestamp: "2026-11-20T09:00:00Z" };
  const plan = planFor(cluster, [
    aTableGroup(cluster, "old_db", leaving),
    aCell(cluster, "z3", leaving),
    aPoolPod(cluster, "older_db", "z4"),
  ]);
  expect(inputsOf(plan, removeUnwantedRecords)).toEqual([
    {
      owner,
      place: global,
      keep: { databases: ["old_db", "tiny_db"], cells: ["z1", "z2", "z3", "z4"] },
      shardInitClaims: false,
    },
  ]);
});

test("what multiorch left about a shard goes when its volumes do", () => {
  const spec = { cells, databases: [tiny], persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" as const } };
  expect(inputsOf(planFor(aCluster({ spec })), removeUnwantedRecords)[0]?.shardInitClaims).toBe(true);
});

test("poolers are pruned where their cell has its topology, and where somebody wants it", () => {
  const own = aCluster({
    spec: {
      cells: [
        { name: "z1" },
        { name: "z2", spec: { topoServer: { managedSpec: {} } } },
        { name: "z3", spec: { topoServer: { rootPath: "/z3", external } } },
        { name: "z4", spec: { topologyReconciliation: { pruneTablets: false } } },
      ],
      databases: [tiny],
    },
    status: { externalTopologies: [{ cell: "z3", address: "etcd:2379", rootPath: "/z3", tlsSecretName: "etcd-tls" }] },
  });
  const inputs = inputsOf(planFor(own, [aPoolPod(own, "tiny_db", "z2", 7)]), prunePoolers);
  expect(inputs.map(({ cell, place }) => [cell, place.server, place.root])).toEqual([
    ["z1", global.server, global.root],
    ["z2", { address: expect.stringMatching(/^demo-z2-topo-\w{8}-client\.t1\.svc:2379$/) }, "/multigres/z2"],
    ["z3", external, "/z3"],
  ]);
  expect(inputs[1]?.keep).toEqual(
    [0, 1, 7].map((ordinal) => expect.stringMatching(new RegExp(`z2-\\w{8}-${ordinal}$`))),
  );
});

test("at rest everything is looked at once a minute, until then every two seconds at the latest", () => {
  const pauses = (answers: Answers) =>
    (planFor(cluster, children, answers).tasks ?? []).map(({ kind, everyMs }) => [kind.name, everyMs]);
  expect(pauses(allDone)).toEqual([
    ["register-database", 60_000],
    ["remove-unwanted-records", 60_000],
    ["prune-poolers", 300_000],
    ["prune-poolers", 300_000],
  ]);
  expect(pauses(nothingKnown).slice(0, 2)).toEqual([
    ["register-database", 2_000],
    ["remove-unwanted-records", 2_000],
  ]);
});

test("what was known of a cluster before a pause stays, also of the servers that it uses", () => {
  const before = anExternalCluster();
  const status = planFor(before).status([]);
  const managed = { spec: { ...cluster.spec, databases: [tiny, { ...tiny, name: "new_db" }] }, generation: 2 };
  const paused = aCluster({ ...managed, status, annotations: { "multigres.com/paused": "true" } });
  const plan = planFor(paused, children, nothingKnown);
  expect(condition(plan.status([]), "Registered").status).toBe("True");
  expect(plan.status([]).externalTopologies).toEqual(noted);
  expect(plan.finalizer?.wanted).toBe(true);
});

test.each<[string, Answers, object]>([
  ["all registered", allDone, { status: "True", reason: "Registered" }],
  [
    "no answer yet",
    nothingKnown,
    { status: "Unknown", reason: "Registering", message: "Not registered in the topology yet: tiny_db" },
  ],
  [
    "somebody else's root",
    failing("foreign", "in use by x: do y"),
    { status: "False", reason: "TopologyConflict", message: "in use by x: do y" },
  ],
  [
    "no rights",
    failing("refused", "permission denied"),
    { status: "False", reason: "RegistrationRefused", message: "permission denied" },
  ],
  [
    "no connection",
    failing("unreachable", "etcd can't be reached"),
    { status: "Unknown", reason: "TopologyUnreachable", message: "etcd can't be reached" },
  ],
])("Registered: %s", (_, answers, expected) => {
  expect(condition(planFor(cluster, children, answers).status([]), "Registered")).toMatchObject(expected);
});

test("what only a person can mend stalls the cluster; nothing of it makes what serves unavailable", () => {
  const all = [...children, aTableGroup(cluster, "tiny_db", { pools: tiny.spec.pools })];
  const stalled = (answers: Answers) => condition(planFor(cluster, all, answers).status([]), "Stalled");
  expect(stalled(failing("foreign", "in use"))).toMatchObject({ status: "True", reason: "TopologyConflict" });
  expect(stalled(failing("refused", "no"))).toMatchObject({ status: "True", reason: "RegistrationRefused" });
  expect(stalled(failing("unreachable", "no"))).toMatchObject({ status: "False" });
  const plan = planFor(cluster, all, failing("unreachable", "no route"));
  expect(condition(plan.status([]), "Progressing")).toMatchObject({ status: "True" });
  expect(condition(plan.status([]), "Available").message).not.toContain("no route");
});

test("what only a person can mend is an Event, too", () => {
  const events = (answers: Answers) => planFor(cluster, children, answers).events;
  expect(events(failing("foreign", "in use"))).toEqual([
    { type: "Warning", reason: "TopologyConflict", action: "Register", note: "in use" },
  ]);
  expect(events(failing("refused", "no"))).toMatchObject([{ reason: "RegistrationRefused" }]);
  expect([...events(failing("unreachable", "no")), ...events(nothingKnown), ...events(allDone)]).toEqual([]);
});

test("that etcd doesn't answer while it starts is no trouble", () => {
  const starting = aTopoServer(cluster, {
    status: { observedGeneration: 1, conditions: conditionsOf("False", "True") },
  });
  const plan = planFor(cluster, [starting], failing("unreachable", "ENOTFOUND"));
  expect(condition(plan.status([]), "Registered")).toMatchObject({
    status: "Unknown",
    reason: "Registering",
    message: "Databases are registered once TopoServer demo-global is available",
  });
});

test("after a restart the status says what it said, until there is an answer", () => {
  const status = planFor(cluster, children).status([]);
  const again = aCluster({ spec: cluster.spec, status });
  expect(planFor(again, children, nothingKnown).status([])).toEqual(status);
  const edited = aCluster({ spec: cluster.spec, status, generation: 2 });
  expect(condition(planFor(edited, children, nothingKnown).status([]), "Registered").status).toBe("Unknown");
});

test("without databases nothing says Registered, and one read shows that etcd answers", () => {
  const empty = aCluster({ spec: { cells } });
  const plan = planFor(empty);
  expect(plan.status([]).conditions?.map(({ type }) => type)).not.toContain("Registered");
  expect(inputsOf(plan, removeUnwantedRecords)).toHaveLength(1);
});

test("an external server is dialled with its Secret, and only once the status would remember it", () => {
  const fresh = planFor(anExternalCluster({}));
  expect(fresh.tasks).toEqual([]);
  expect(fresh.requeueAfterMs).toBe(100);
  expect(fresh.finalizer).toEqual({ name: "multigres.com/topology-records", wanted: true });
  expect(fresh.status([]).externalTopologies).toEqual(noted);

  const plan = planFor(anExternalCluster());
  expect(plan.requeueAfterMs).toBeUndefined();
  expect(inputsOf(plan, registerDatabase)[0]?.place).toEqual({ server: external, root: "/r" });
  expect(plan.status([]).externalTopologies).toEqual(noted);
});

test("a managed topology needs no finalizer", () => {
  expect(planFor(cluster).finalizer?.wanted).toBe(false);
  expect(planFor(cluster).status([])).not.toHaveProperty("externalTopologies");
});

test.each<[string, Answers, string]>([
  ["answers", allDone, "True"],
  ["answers that the root is somebody else's", failing("foreign", "in use"), "True"],
  ["hasn't answered yet", nothingKnown, "Unknown"],
  ["doesn't answer", failing("unreachable", "refused"), "False"],
  ["doesn't answer another question", failing("unreachable", "refused", "remove-unwanted-records"), "False"],
  ["refuses", failing("refused", "permission denied"), "False"],
])("an external server that %s", (_, answers, expected) => {
  const status = planFor(anExternalCluster(), [], answers).status([]);
  expect(status).toMatchObject({
    globalTopoServer: { etcd: { available: expected } },
    cells: { z1: { topoServerAvailable: expected } },
  });
  if (expected !== "True")
    expect(condition(status, "Available").message).toContain("External topology server etcd:2379");
});

test("after a restart an external server is called what it was called, until there is an answer", () => {
  const owner = anExternalCluster();
  const status = planFor(owner).status([]);
  const again = anExternalCluster(status);
  expect(planFor(again, [], nothingKnown).status([]).globalTopoServer?.etcd.available).toBe("True");
});
