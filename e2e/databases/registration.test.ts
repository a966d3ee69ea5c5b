import type { MultigresCluster } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { expect, it } from "vitest";
import { leanDemo, leanStd, volume } from "../fixtures/demo.ts";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { always, eventually } from "../support/eventually.ts";
import { condition, oneWarning, settled } from "../support/observing.ts";
import { databaseBytes, plant, poolerBytes, stored } from "../support/topology.ts";
import { unchangedDemo } from "../support/unchanged.ts";

const cluster = sharedCluster();

const globalRoot = (namespace: string, name = "demo") => `/${name}-global-client.${namespace}.svc/multigres/global/`;
const records = async (root: string) =>
  Object.fromEntries(
    Object.entries(await stored(cluster.topology, root)).filter(([key]) => !key.startsWith("multigres-operator/")),
  );
const keys = async (root: string) => Object.keys(await records(root));

it("a database's record has its cells, its policy and the folder that its pods mount, byte for byte", async () => {
  const namespace = await unchangedDemo(cluster);
  const found = await records(globalRoot(namespace));
  const path = (database: string) => `/backups/${namespace}/demo/${database}/default/0-inf`;
  expect(found["databases/prod_db/Database"]).toEqual(databaseBytes("prod_db", ["z1", "z2"], path("prod_db")));
  expect(found["databases/tiny_db/Database"]).toEqual(databaseBytes("tiny_db", ["z2"], path("tiny_db")));
  const root = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
  expect(condition(root, "Registered")).toMatchObject({ status: "True", reason: "Registered" });
  const { items } = await cluster.api.list(kinds.Pod, { namespace });
  const containers = items.flatMap(({ spec }) => [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]);
  const mounts = containers.filter(({ name }) => name === "multipooler").map(({ volumeMounts }) => volumeMounts);
  expect(mounts).toHaveLength(8);
  for (const each of mounts) expect(each).toContainEqual(expect.objectContaining({ mountPath: "/backups" }));
});

it("a removed database loses its record and its poolers' when its pods are gone, and nothing else does", async () => {
  const namespace = await cluster.namespace("removal");
  await cluster.apply(leanStd(undefined, namespace), leanDemo(undefined, namespace));
  await settled(cluster, namespace);
  const topoServers = (await cluster.api.list(kinds.TopoServer, { namespace })).items;
  const own = topoServers.find(({ spec }) => spec.cell === "z2")?.metadata.name;
  const cellRoot = `/${own}-client.${namespace}.svc/multigres/z2/`;
  const pods = (await cluster.api.list(kinds.Pod, { namespace })).items.filter(
    ({ metadata }) => metadata?.labels?.["multigres.com/pool-type"] && metadata.labels["multigres.com/cell"] === "z2",
  );
  for (const { metadata, spec } of pods) {
    const argument = spec?.containers.flatMap(({ args = [] }) => args).find((arg) => arg.startsWith("--service-id="));
    const ordinal = metadata?.labels?.["apps.kubernetes.io/pod-index"] ?? "";
    const name = (argument ?? "").slice("--service-id=".length).replace("$(POD_INDEX)", ordinal);
    const database = metadata?.labels?.["multigres.com/database"] ?? "";
    const key = `${cellRoot}poolers/multipooler-z2-${name}/Pooler`;
    const host = `${metadata?.name}.${namespace}.svc`;
    await plant(cluster.topology, key, poolerBytes({ cell: "z2", name }, database, host));
  }
  const stranger = poolerBytes({ cell: "z2", name: "handmade-0" }, "tiny_db", "somewhere.example.com");
  await plant(cluster.topology, `${cellRoot}poolers/multipooler-z2-handmade-0/Pooler`, stranger);
  const claim = `${globalRoot(namespace)}databases/tiny_db/default/0-inf/ShardInitClaim`;
  await plant(cluster.topology, claim, Buffer.from("orch-0"));
  // The last pod of the database doesn't go before it is let go.
  const [held] = pods.filter(({ metadata }) => metadata?.labels?.["multigres.com/database"] === "tiny_db");
  const heldName = { namespace, name: held?.metadata?.name ?? "" };
  await cluster.api.mergePatch(kinds.Pod, heldName, { metadata: { finalizers: ["example.com/hold"] } });

  await cluster.apply(
    leanDemo(({ spec }) => {
      spec.databases = spec.databases?.slice(0, 1);
    }, namespace),
  );
  await eventually(async () => {
    const left = await cluster.api.list(kinds.Pod, { namespace, labelSelector: "multigres.com/database=tiny_db" });
    expect(left.items.map(({ metadata }) => metadata?.name)).toEqual([heldName.name]);
  });
  const poolers = async () => (await keys(cellRoot)).filter((key) => key.startsWith("poolers/"));
  await eventually(async () => expect(await poolers()).toHaveLength(3));
  await always(async () => expect(await keys(globalRoot(namespace))).toContain("databases/tiny_db/Database"));
  await cluster.api.mergePatch(kinds.Pod, heldName, { metadata: { finalizers: null } });
  await settled(cluster, namespace);
  await eventually(async () => {
    expect(await keys(globalRoot(namespace))).toEqual([
      "cells/z1/Cell",
      "cells/z2/Cell",
      "databases/prod_db/Database",
      // It belongs to the data, which stays.
      "databases/tiny_db/default/0-inf/ShardInitClaim",
    ]);
    const left = await poolers();
    expect(left).toHaveLength(2);
    expect(left.filter((key) => !key.includes("prod-db"))).toEqual(["poolers/multipooler-z2-handmade-0/Pooler"]);
  });
});

it("a removed cell drains: pods, then the databases' records, its gateways, its own record", async () => {
  const namespace = await cluster.namespace("drain");
  const twoCells = (cells: readonly string[]): MultigresCluster => {
    const made = small(namespace);
    made.spec.cells = cells.map((name) => ({ name, spec: { zone: name, multiGateway: { static: { replicas: 1 } } } }));
    made.spec.databases = [
      {
        name: "db",
        spec: {
          pools: cells.map((cell) => ({
            type: "replica" as const,
            cell,
            replicas: 2,
            dataVolumeClaimTemplate: volume("1Gi"),
          })),
        },
      },
    ];
    return made;
  };
  await cluster.apply(twoCells(["z1", "z2"]));
  await settled(cluster, namespace, "small");
  const root = globalRoot(namespace, "small");
  const database = async () => (await records(root))["databases/db/Database"];
  const path = `/backups/${namespace}/small/db/default/0-inf`;
  const labelSelector = "multigres.com/cell=z2,multigres.com/pool-type=replica";
  const [held] = (await cluster.api.list(kinds.Pod, { namespace, labelSelector })).items;
  const heldName = { namespace, name: held?.metadata?.name ?? "" };
  await cluster.api.mergePatch(kinds.Pod, heldName, { metadata: { finalizers: ["example.com/hold"] } });

  await cluster.apply(twoCells(["z1"]));
  await eventually(async () => {
    expect((await cluster.api.list(kinds.Pod, { namespace, labelSelector })).items).toHaveLength(1);
    const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
    expect(condition(found, "CellDraining")).toMatchObject({
      status: "True",
      reason: "PodsRemain",
      message: "Cell small-z2 stays, because pools still run in it",
    });
  });
  await always(async () => {
    expect(await database()).toEqual(databaseBytes("db", ["z1", "z2"], path));
    expect(await keys(root)).toContain("cells/z2/Cell");
    const gateways = await cluster.api.get(kinds.Deployment, { namespace, name: "small-z2-gateway" });
    expect(gateways.metadata?.deletionTimestamp).toBeUndefined();
  });
  await cluster.api.mergePatch(kinds.Pod, heldName, { metadata: { finalizers: null } });
  await eventually(async () => {
    expect(await database()).toEqual(databaseBytes("db", ["z1"], path));
    expect(await keys(root)).toEqual(["cells/z1/Cell", "databases/db/Database"]);
  });
  const after = await settled(cluster, namespace, "small");
  expect(condition(after, "CellDraining")).toBeUndefined();
  expect((await cluster.api.list(kinds.Cell, { namespace })).items.map(({ metadata }) => metadata.name)).toEqual([
    "small-z1",
  ]);
});

it("a second cluster at the root of another is refused with its name, and overwrites nothing", async () => {
  const namespace = await cluster.namespace("shared");
  const at = (name: string) => {
    const made = small(namespace, { name });
    made.spec.globalTopoServer = {
      rootPath: "/multigres/global",
      external: { address: `shared.${namespace}.svc:2379` },
    };
    return made;
  };
  await cluster.apply(at("first"));
  await settled(cluster, namespace, "first");
  const root = `/shared.${namespace}.svc/multigres/global/`;
  const before = await stored(cluster.topology, root);
  expect(Object.keys(before)).toContain("databases/db/Database");

  await cluster.apply(at("second"));
  await eventually(async () => {
    const second = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "second" });
    const refused = {
      reason: "TopologyConflict",
      message: expect.stringContaining(`in use by MultigresCluster ${namespace}/first`),
    };
    expect(condition(second, "Registered")).toMatchObject({ status: "False", ...refused });
    expect(condition(second, "Stalled")).toMatchObject({ status: "True", ...refused });
    expect(condition(second, "Available")?.status).toBe("False");
    expect(second.status?.globalTopoServer?.etcd.available, "it answers").toBe("True");
  });
  const about = { kind: "MultigresCluster", name: "second" };
  expect((await oneWarning(cluster, namespace, about, "TopologyConflict"))?.note).toContain("choose another root path");
  expect(await stored(cluster.topology, root)).toEqual(before);
  // Its end takes nothing away from the first one either.
  await cluster.api.delete(kinds.MultigresCluster, { namespace, name: "second" });
  await eventually(async () => {
    const { items } = await cluster.api.list(kinds.MultigresCluster, { namespace });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["first"]);
  });
  expect(await stored(cluster.topology, root)).toEqual(before);
});

it("the last database goes like any other, and the status says that there is none", async () => {
  const namespace = await cluster.namespace("last");
  const made = small(namespace);
  await cluster.apply(made);
  await settled(cluster, namespace, "small");
  delete made.spec.databases;
  await cluster.apply(made);
  await eventually(async () => {
    const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
    expect(found.status?.observedGeneration).toBe(found.metadata.generation);
    expect(condition(found, "Available")).toMatchObject({ status: "False", reason: "NoDatabases" });
    expect(condition(found, "Registered")).toBeUndefined();
    expect(found.status?.databases ?? {}).toEqual({});
    expect(await keys(globalRoot(namespace, "small"))).toEqual(["cells/z1/Cell"]);
  });
});
