import type { Pool } from "@multigres/api-types";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { demo, std, volume } from "../fixtures/demo.ts";
import { accepted, admissionServer, kubectl, problem, until } from "./admission-server.ts";
import { withFields } from "./fields.ts";

type Fields = Readonly<Record<string, unknown>>;

const server = admissionServer(inject("sharedApiServer"));
let namespace: string;
beforeAll(async () => {
  namespace = await server.namespace("rules");
  accepted(await server.create(ours()));
});

const ours = (change?: Parameters<typeof demo>[0]) => demo(change, namespace);

const letters = (count: number) => "a".repeat(count);
const many = <T>(count: number, item: (index: number) => T) => Array.from({ length: count }, (_, index) => item(index));
const external = { address: "etcd-0.example:2379,etcd-1.example:2379" };

const database = "spec.databases.1.spec";
const pool = `${database}.pools.0`;
const etcd = "spec.globalTopoServer.managedSpec";
const cellTopo = "spec.cells.1.spec.topoServer";

/** A cell, or a database, called `name` beside the two that `demo` has. */
const cellCalled = (name: string): Fields => ({ "spec.cells.2": { name } });
const databaseCalled = (name: string): Fields => ({ "spec.databases.2": { name, spec: { shardTemplateRef: "std" } } });

describe("a new cluster", () => {
  const fresh = (fields: Fields) => withFields(ours(), { "metadata.name": "fresh", ...fields });

  test.each<[string, Fields, string]>([
    [
      "overrides without a template",
      { [`${database}.overrides`]: [{ type: "replica", cell: "z1" }] },
      "overrides change the pools of a template: set shardTemplateRef too",
    ],
    ["an empty list of pools", { [`${database}.pools`]: [] }, "pools in body should have at least 1 items"],
    ["no cell", { "spec.cells": [], "spec.databases": undefined }, "spec.cells in body should have at least 1 items"],
    [
      "an override in an undefined cell",
      { "spec.databases.0.spec.overrides": [{ type: "replica", cell: "nope" }] },
      "prod_db (nope)",
    ],
    ["a cluster's name that starts with a digit", { "metadata.name": "1demo" }, "metadata.name of a cluster"],
    ["a cluster's name with a dot", { "metadata.name": "de.mo" }, "metadata.name of a cluster"],
    ["a cluster's name of 41 letters", { "metadata.name": letters(41) }, "at most 40 characters"],
    ["a cell called global", cellCalled("global"), "A cell can't be called global"],
    ["a cell called multiadmin", cellCalled("multiadmin"), "A cell can't be called"],
    ["a cell called multiorch", cellCalled("multiorch"), "A cell can't be called"],
    ["a cell's name with capitals", cellCalled("Z3"), "spec.cells[2].name in body should match"],
    ["a cell's name that ends in -", cellCalled("z-"), "spec.cells[2].name in body should match"],
    ["a cell's name of 31 letters", cellCalled(letters(31)), "spec.cells[2].name: Too long"],
    ["the database template0", databaseCalled("template0"), "PostgreSQL keeps template0 and template1 for itself"],
    ["the database template1", databaseCalled("template1"), "PostgreSQL keeps template0 and template1 for itself"],
    [
      "a database's name that starts with a digit",
      databaseCalled("1db"),
      "spec.databases[2].name in body should match",
    ],
    ["a database's name that ends in -", databaseCalled("db-"), "spec.databases[2].name in body should match"],
    ["a database's name of 64 letters", databaseCalled(letters(64)), "spec.databases[2].name: Too long"],
    [
      "a word as a quantity",
      { [`${pool}.postgres.resources.requests.cpu`]: "ten" },
      "requests.cpu in body should match",
    ],
    [
      "a unit that Kubernetes doesn't know",
      { [`${pool}.postgres.resources.requests.memory`]: "1GB" },
      "requests.memory in body should match",
    ],
    [
      "a negative quantity",
      { [`${pool}.postgres.resources.requests.memory`]: "-1Gi" },
      "requests.memory in body should match",
    ],
    [
      "a negative integer as a quantity",
      { [`${pool}.postgres.resources.requests.cpu`]: -1 },
      "should be greater than or equal to 0",
    ],
    ["an empty quantity", { "spec.multiadmin.resources.limits.memory": "" }, "limits.memory in body should match"],
    ["a volume of no size", { [`${pool}.dataVolumeClaimTemplate`]: volume("0") }, "storage must be more than 0"],
    [
      "a volume of 0 as an integer",
      { [`${etcd}.dataVolumeClaimTemplate.resources.requests.storage`]: 0 },
      "storage must be more than 0",
    ],
    ["fewer than no replicas", { [`${pool}.replicas`]: -1 }, "replicas in body should be greater than or equal to 0"],
    ["more than 100 replicas", { [`${pool}.replicas`]: 101 }, "replicas in body should be less than or equal to 100"],
    [
      "more than 100 multiadmins",
      { "spec.multiadmin.replicas": 101 },
      "spec.multiadmin.replicas in body should be less than or equal to 100",
    ],
    ["an etcd without members", { [`${etcd}.replicas`]: 0 }, "replicas in body should be greater than or equal to 1"],
    ["an etcd with ten members", { [`${etcd}.replicas`]: 10 }, "replicas in body should be less than or equal to 9"],
    [
      "two root paths that differ",
      { [cellTopo]: { rootPath: "/a", external: { ...external, rootPath: "/b" } } },
      "rootPath and external.rootPath differ: remove one",
    ],
    [
      "an external address with a scheme",
      { [cellTopo]: { external: { address: "http://etcd:2379" } } },
      "external.address in body should match",
    ],
    [
      "an external address without a port",
      { [cellTopo]: { external: { address: "etcd" } } },
      "external.address in body should match",
    ],
    ["a relative root path", { [cellTopo]: { rootPath: "multigres" } }, "rootPath in body should match"],
    [
      "backups to a volume and a bucket",
      { "spec.backupRepository": { volumeClaimTemplate: volume("1Gi"), s3: { bucket: "backups" } } },
      "at most one of volumeClaimTemplate and s3",
    ],
    ["a multiplier above 1000", { "spec.cells.1.spec.multiGateway.dynamic.resourceMultiplier": 1001 }, "at most 1000"],
    [
      "a template's name that no object can have",
      { "spec.databases.0.spec.shardTemplateRef": "Std_1" },
      "shardTemplateRef in body should match",
    ],
    ["an image with a blank", { "spec.images.postgres": "postgres: 15" }, "spec.images.postgres in body should match"],
    [
      "the same pull secret twice",
      { "spec.images.imagePullSecrets": [{ name: "a" }, { name: "a" }] },
      "imagePullSecrets[1]: Duplicate value",
    ],
    [
      "an unknown durability policy",
      { "spec.durabilityPolicy": "NONE" },
      'supported values: "AT_LEAST_2", "MULTI_CELL_AT_LEAST_2"',
    ],
    [
      "51 cells",
      { "spec.cells": many(51, (n) => ({ name: `z${n}` })) },
      "spec.cells: Too many: 51: must have at most 50 items",
    ],
    [
      "65 databases",
      { "spec.databases": many(65, (n) => ({ name: `db${n}`, spec: { shardTemplateRef: "std" } })) },
      "must have at most 64 items",
    ],
    [
      "33 pools",
      { [`${database}.pools`]: many(33, (n) => ({ type: "replica", cell: `z${n}` })) },
      "must have at most 32 items",
    ],
  ])("is refused with %s", async (_what, fields, message) => {
    expect(problem(await server.check(fresh(fields)))).toContain(message);
  });

  test.each<[string, Fields]>([
    ["nothing but a cell", { spec: { cells: [{ name: "z1" }] } }],
    ["an empty list of overrides beside pools", { [`${database}.overrides`]: [] }],
    ["a name of 40 letters", { "metadata.name": letters(40) }],
    ["a cell of 30 letters", cellCalled(letters(30))],
    ["a database of 63 letters", databaseCalled(letters(63))],
    ["a database that starts with _", databaseCalled("_Sales-2_eu")],
    [
      "an external etcd for a cell",
      {
        [cellTopo]: {
          rootPath: "/multigres/z2",
          external: { ...external, rootPath: "/multigres/z2", tlsSecretRef: { name: "etcd-tls" } },
        },
      },
    ],
    ["a cell's empty topoServer", { [cellTopo]: {} }],
    [
      "every spelling of a quantity",
      {
        [`${pool}.postgres.resources.requests`]: {
          cpu: "0.5",
          memory: "1e9",
          "hugepages-2Mi": 0,
          "example.com/gpu": 1,
        },
      },
    ],
    ["no replicas in a pool", { [`${pool}.replicas`]: 0 }],
  ])("is accepted with %s", async (_what, fields) => {
    expect(problem(await server.check(fresh(fields)))).toBeUndefined();
  });
});

describe("a change", () => {
  test.each<[string, Fields, string]>([
    [
      "setting the zone of a cell that had none",
      { "spec.cells.0.spec.zone": "z9" },
      "zone and region of a cell can't change",
    ],
    [
      "a region instead of a zone",
      { "spec.cells.0.spec.zone": undefined, "spec.cells.0.spec.region": "r1" },
      "zone and region of a cell can't change",
    ],
    [
      "taking a cell's zone away with its spec",
      { "spec.cells.0.spec": undefined },
      "zone and region of a cell can't change",
    ],
    [
      "another number of etcd members than the default",
      { "spec.globalTopoServer": undefined },
      "globalTopoServer.managedSpec.replicas of a managed etcd can't change",
    ],
    [
      "another number of members of a cell's etcd than the default",
      { [`${cellTopo}.managedSpec.replicas`]: undefined },
      "topoServer.managedSpec.replicas of a managed etcd can't change",
    ],
  ])("of %s is refused", async (_what, fields, message) => {
    const name = "changed";
    const before: Fields =
      fields["spec.cells.0.spec.zone"] === "z9" ? { "spec.cells.0.spec.zone": undefined } : { [`${etcd}.replicas`]: 5 };
    const stored = withFields(ours(), { "metadata.name": name, ...before });
    accepted(await server.create(stored));
    try {
      expect(problem(await server.checkChange(withFields(stored, fields)))).toContain(message);
    } finally {
      await server.remove(stored);
    }
  });

  test.each<[string, Fields]>([
    [
      "of everything in a gateway",
      { "spec.cells.0.spec.multiGateway": { dynamic: { replicasPerCell: 3, resourceMultiplier: 2 } } },
    ],
    ["to an external topology server", { "spec.globalTopoServer": { external } }],
    ["that spells out the default number of etcd members", { "spec.globalTopoServer.managedSpec.replicas": undefined }],
    ["that gives a cell's own topology server up", { [cellTopo]: undefined }],
    ["that removes all databases", { "spec.databases": undefined }],
  ])("%s is accepted", async (_what, fields) => {
    expect(problem(await server.checkChange(withFields(ours(), fields)))).toBeUndefined();
  });

  test("by two appliers keeps what each of them added to a list", async () => {
    const base = {
      apiVersion: "multigres.com/v1alpha1",
      kind: "MultigresCluster",
      metadata: { name: "shared", namespace },
    };
    const apply = (manager: string, spec: unknown) =>
      kubectl(
        server,
        ["apply", "--server-side", `--field-manager=${manager}`, "-f", "-"],
        JSON.stringify({ ...base, spec }),
      );
    await apply("one", {
      cells: [{ name: "z1" }],
      databases: [{ name: "a", spec: { pools: [{ type: "replica", cell: "z1" }] } }],
    });
    await apply("two", {
      cells: [{ name: "z2" }],
      databases: [{ name: "a", spec: { pools: [{ type: "replica", cell: "z2", replicas: 1 }] } }],
    });

    expect((await server.read(base)).spec).toEqual({
      cells: [{ name: "z1" }, { name: "z2" }],
      databases: [
        {
          name: "a",
          spec: {
            pools: [
              { type: "replica", cell: "z1" },
              { type: "replica", cell: "z2", replicas: 1 },
            ],
          },
        },
      ],
    });
  });
});

test("the biggest allowed cluster can be created, grown and edited within the API server's limits", async () => {
  const poolOf = (index: number, storage: string): Pool => ({
    type: index % 2 ? "readOnly" : "replica",
    cell: `z${index >> 1}`,
    dataVolumeClaimTemplate: volume(storage),
  });
  const biggest = (storage: string) =>
    ours((cluster) => {
      cluster.metadata.name = letters(40);
      cluster.spec.cells = many(50, (n) => ({ name: `z${n}` }));
      cluster.spec.databases = many(64, (n) => ({
        name: `database_with_a_long_name_${n}`,
        spec: { pools: many(32, (index) => poolOf(index, storage)) },
      }));
    });
  accepted(await server.create(biggest("2Gi")));
  expect(problem(await server.checkChange(biggest("3Gi")))).toBeUndefined();
  const message = problem(await server.checkChange(biggest("1Gi")));
  expect(message).toContain("storage can grow but not shrink");
  expect(message).toContain("databases/database_with_a_long_name_0/replica/z0 (was 2Gi)");
});

test("a ShardTemplate in use can be deleted once its namespace is being deleted", async () => {
  const going = await server.namespace("going");
  // As good as emptied for kube-controller-manager, and kept by somebody else: the cluster stays and isn't being deleted.
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: going, finalizers: ["example.com/kept"] } };
  await server.request({ method: "PUT", path: `/api/v1/namespaces/${going}/finalize`, body });
  const template = std(undefined, going);
  const cluster = demo(undefined, going);
  accepted(await server.create(template));
  accepted(await server.create(cluster));
  await until(async () => !(await server.checkRemoval(template)).accepted, "the policy knows the cluster");
  await server.request({ method: "DELETE", path: `/api/v1/namespaces/${going}` });
  await until(async () => (await server.checkRemoval(template)).accepted, "the policy knows that the namespace goes");
  expect(problem(await server.remove(template))).toBeUndefined();
  expect((await server.read(cluster)).metadata).not.toHaveProperty("deletionTimestamp");
});
