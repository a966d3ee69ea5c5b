import { beforeEach, describe, expect, inject, test } from "vitest";
import { demo, std, volume } from "../fixtures/demo.ts";
import { eventually } from "../support/eventually.ts";
import {
  accepted,
  type AdmissionServer,
  admissionServer,
  type Draft,
  kubectl,
  problem,
  until,
} from "./admission-server.ts";
import { templateStorage, tinyStorage, withFields } from "./fields.ts";

const server = admissionServer(inject("sharedApiServer"));
/** A namespace of its own per test. */
let namespace: string;

beforeEach(async () => {
  namespace = await server.namespace("protection");
});

const ours = (fields: Readonly<Record<string, unknown>> = {}) => withFields(demo(undefined, namespace), fields);
const template = (fields: Readonly<Record<string, unknown>> = {}) => withFields(std(undefined, namespace), fields);

async function store(...objects: readonly Draft[]): Promise<void> {
  for (const object of objects) accepted(await server.create(object));
}

const overrides = "spec.databases.0.spec.overrides";
const override = (storage?: string) => [
  {
    type: "replica",
    cell: "z1",
    replicas: 1,
    ...(storage ? { dataVolumeClaimTemplate: { resources: { requests: { storage } } } } : {}),
  },
];

describe("storage of a cluster", () => {
  const globalTopo = "spec.globalTopoServer.managedSpec.dataVolumeClaimTemplate";
  const cellTopo = "spec.cells.1.spec.topoServer.managedSpec.dataVolumeClaimTemplate";
  const repository = "spec.backupRepository";
  type Fields = Readonly<Record<string, unknown>>;

  test.each<[string, Fields, Fields, string]>([
    [
      "a pool below the default it had",
      { [tinyStorage]: undefined },
      { [tinyStorage]: "5Gi" },
      "databases/tiny_db/replica/z2 (was 10Gi)",
    ],
    [
      "a pool to the default below its size",
      { [tinyStorage]: "20Gi" },
      { [tinyStorage]: undefined },
      "databases/tiny_db/replica/z2 (was 20Gi)",
    ],
    [
      "an override",
      { [overrides]: override("1000Gi") },
      { [overrides]: override("500Gi") },
      "databases/prod_db/replica/z1 (was 1000Gi)",
    ],
    ["the global topology server", {}, { [globalTopo]: volume("9Gi") }, "globalTopoServer (was 10Gi)"],
    [
      "the global topology server that nobody sized",
      { "spec.globalTopoServer": undefined },
      { [globalTopo]: volume("9Gi") },
      "globalTopoServer (was 10Gi)",
    ],
    ["a cell's topology server", {}, { [cellTopo]: volume("1Gi") }, "cells/z2/topoServer (was 5Gi)"],
    [
      "the backup repository",
      { [repository]: { volumeClaimTemplate: volume("50Gi") } },
      { [repository]: undefined },
      "backupRepository (was 50Gi)",
    ],
  ])("can't shrink: %s", async (_what, before, after, culprit) => {
    const stored = ours(before);
    await store(stored);
    const message = problem(await server.checkChange(withFields(ours(before), after)));
    expect(message).toContain("storage can grow but not shrink");
    expect(message).toContain(culprit);
  });

  test.each<[string, Fields, Fields]>([
    ["a pool grows from the default", { [tinyStorage]: undefined }, { [tinyStorage]: "11Gi" }],
    ["the default is spelled out", { [tinyStorage]: undefined }, { [tinyStorage]: "10240Mi" }],
    ["an override leaves the size to its template", { [overrides]: override("1000Gi") }, { [overrides]: override() }],
    ["a pool goes away", {}, { "spec.databases.1.spec.pools": [{ type: "readOnly", cell: "z2" }] }],
    ["a cell's topology server goes away", {}, { "spec.cells.1.spec.topoServer": undefined }],
    [
      "backups go to a bucket instead",
      { [repository]: { volumeClaimTemplate: volume("50Gi") } },
      { [repository]: { s3: { bucket: "backups" } } },
    ],
    [
      "topology goes to an external etcd instead",
      {},
      { "spec.globalTopoServer": { external: { address: "etcd:2379" } } },
    ],
  ])("may change when %s", async (_what, before, after) => {
    await store(ours(before));
    expect(problem(await server.checkChange(withFields(ours(before), after)))).toBeUndefined();
  });

  test("is compared by name, not by position", async () => {
    const reordered = demo((cluster) => cluster.spec.databases?.reverse(), namespace);
    await store(ours());
    expect(problem(await server.checkChange(reordered))).toBeUndefined();
    const smaller = withFields(reordered, { [tinyStorage.replace("databases.1", "databases.0")]: "1Mi" });
    expect(problem(await server.checkChange(smaller))).toContain("databases/tiny_db/replica/z2 (was 1Gi)");
  });

  test("may go back to the real size, and no further, while status says that a volume couldn't grow", async () => {
    const grown = ours({ [tinyStorage]: "8Gi", [overrides]: override("80Gi") });
    await store(grown);
    const back = (storage: string) => server.checkChange(withFields(grown, { [tinyStorage]: storage }));
    expect(problem(await back("1Gi"))).toBeDefined();

    accepted(await server.writeStatus(grown, { storageGrowthFailures: { "databases/tiny_db/replica/z2": "1Gi" } }));
    expect(problem(await back("1Gi"))).toBeUndefined();
    expect(problem(await back("2Gi"))).toBeUndefined();
    expect(problem(await back("512Mi"))).toContain("tiny_db");
    expect(problem(await server.checkChange(withFields(grown, { [overrides]: override("8Gi") })))).toContain("prod_db");

    accepted(await server.writeStatus(grown, { storageGrowthFailures: null }));
    expect(problem(await back("1Gi"))).toBeDefined();
  });
});

describe("a ShardTemplate", () => {
  /** The server learns of a new cluster a moment after it was written. */
  const refused = (attempt: () => ReturnType<AdmissionServer["check"]>) =>
    until(async () => !(await attempt()).accepted, "the policy knows the cluster");

  test("can't be deleted while a cluster refers to it; the message names the cluster and the database", async () => {
    await store(template(), ours());
    await refused(() => server.checkRemoval(template()));
    expect(problem(await server.remove(template()))).toContain(
      "ShardTemplate std is used by MultigresCluster demo, database prod_db: change shardTemplateRef there first.",
    );
  });

  test("can be deleted when no cluster of its namespace refers to it", async () => {
    await store(template({ "metadata.name": "unused" }), template(), ours());
    await refused(() => server.checkRemoval(template()));
    expect(problem(await server.remove(template({ "metadata.name": "unused" })))).toBeUndefined();

    expect(problem(await server.remove(ours()))).toBeUndefined();
    await until(async () => (await server.checkRemoval(template())).accepted, "the cluster is gone");
    expect(problem(await server.remove(template()))).toBeUndefined();
  });

  test("can be deleted while the cluster that refers to it is being deleted", async () => {
    const held = ours({ "metadata.finalizers": ["example.com/held-by-test"] });
    await store(template(), held);
    await refused(() => server.checkRemoval(template()));
    expect(problem(await server.remove(held))).toBeUndefined();
    await until(async () => (await server.checkRemoval(template())).accepted, "the policy knows that the cluster goes");
    expect(problem(await server.checkChange(withFields(held, { "metadata.finalizers": [] })))).toBeUndefined();
  });

  test("is protected by clusters of its own namespace only", async () => {
    const other = await server.namespace("protection");
    await store(template(), ours(), std(undefined, other));
    await refused(() => server.checkRemoval(template()));
    expect(problem(await server.remove(std(undefined, other)))).toBeUndefined();
  });

  test("goes with its namespace although a cluster refers to it", async () => {
    await store(template(), ours());
    await refused(() => server.checkRemoval(template()));
    await kubectl(server, ["delete", "namespace", namespace, "--timeout=200s"]);
    await expect(server.read(template())).rejects.toThrow("404");
  });

  test("can't shrink the storage of pools that a cluster takes from it", async () => {
    await store(template(), ours());
    await refused(() => server.checkChange(template({ [templateStorage]: "1Gi" })));
    const message = problem(await server.checkChange(template({ [templateStorage]: "9Gi" })));
    expect(message).toContain("replica/z1 (now 9Gi) is used by MultigresCluster demo, database prod_db");
    expect(problem(await server.checkChange(template({ [templateStorage]: "11Gi" })))).toBeUndefined();
  });

  test("may shrink where nobody takes the size from it", async () => {
    await store(template(), template({ "metadata.name": "unused" }), ours({ [overrides]: override("1000Gi") }));
    await refused(() => server.checkChange(template({ "spec.pools.1.dataVolumeClaimTemplate": volume("1Gi") })));
    expect(problem(await server.checkChange(template({ [templateStorage]: "1Gi" })))).toBeUndefined();
    expect(
      problem(await server.checkChange(template({ "metadata.name": "unused", [templateStorage]: "1Gi" }))),
    ).toBeUndefined();
  });

  test("may go back to the real size while status of the cluster says that volumes couldn't grow", async () => {
    const grown = template({ [templateStorage]: "80Gi" });
    await store(grown, ours());
    await refused(() => server.checkChange(template({ [templateStorage]: "10Gi" })));
    accepted(await server.writeStatus(ours(), { storageGrowthFailures: { "databases/prod_db/replica/z1": "10Gi" } }));
    await until(
      async () => (await server.checkChange(template({ [templateStorage]: "10Gi" }))).accepted,
      "the policy knows the status",
    );
    expect(problem(await server.checkChange(template({ [templateStorage]: "9Gi" })))).toBeDefined();
  });
});

interface Policies {
  items: {
    metadata: { name: string; generation: number };
    status?: { observedGeneration?: number; typeChecking?: unknown };
  }[];
}

test("the API server's type check finds nothing in any policy", async () => {
  const path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
  const { items } = await eventually(async () => {
    const found = (await server.request({ method: "GET", path })) as Policies;
    for (const { metadata, status } of found.items) expect(status?.observedGeneration).toBe(metadata.generation);
    return found;
  });
  for (const { metadata, status } of items) {
    expect({ name: metadata.name, typeChecking: status?.typeChecking }).toEqual({
      name: metadata.name,
      typeChecking: {},
    });
  }
});
