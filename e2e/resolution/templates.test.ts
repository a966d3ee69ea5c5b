import type { ShardTemplate } from "@multigres/api-types";
import { kinds, type ResourceKind } from "@multigres/controller-kit";
import { beforeAll, describe, expect, it } from "vitest";
import { leanDemo, leanStd, std, volume } from "../fixtures/demo.ts";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { always, eventually, still } from "../support/eventually.ts";
import { childKinds, idOf, objects, workloadKinds } from "../support/objects.ts";
import { condition, oneWarning, settled, versions } from "../support/observing.ts";
import { unchangedDemo } from "../support/unchanged.ts";
import { writesFromRest } from "../support/writes.ts";

const cluster = sharedCluster();

const root = { kind: "MultigresCluster", name: "demo" };
const children = [...childKinds, ...workloadKinds, kinds.Pod, kinds.PersistentVolumeClaim];
const everything = [kinds.MultigresCluster, kinds.ShardTemplate, ...children];

const stdWithStorage = (namespace: string, storage: string) =>
  leanStd(({ spec }) => {
    for (const pool of spec.pools) pool.dataVolumeClaimTemplate = volume(storage);
  }, namespace);

function storageOf(pools: ShardTemplate["spec"]["pools"]): unknown[] {
  return pools.map((pool) => pool.dataVolumeClaimTemplate?.resources?.requests?.["storage"]);
}

/** Waits until TemplateResolved is False for a reason, with everything else of `demo` running, and returns the cluster. */
function heldBack(namespace: string, reason: string) {
  return eventually(async () => {
    const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
    expect(condition(found, "TemplateResolved")).toMatchObject({ status: "False", reason });
    expect(condition(found, "Stalled")).toMatchObject({ status: "True", reason });
    expect(found.status?.databases?.["tiny_db"]).toMatchObject({ desiredInstances: 2, readyInstances: 2 });
    expect(found.status?.cells).toMatchObject({
      z1: { gatewayAvailable: "True", topoServerAvailable: "True" },
      z2: { gatewayAvailable: "True", topoServerAvailable: "True" },
    });
    expect(found.status?.globalTopoServer).toEqual({ etcd: { available: "True" } });
    return found;
  });
}

const tableGroups = async (namespace: string) =>
  (await cluster.api.list(kinds.TableGroup, { namespace })).items.map(({ metadata }) => metadata.name);

const withUndefinedCell = (namespace: string) =>
  leanStd(({ spec }) => {
    spec.pools.push({ type: "replica", cell: "z9" });
  }, namespace);

describe("a new cluster", () => {
  it("case 29: a missing template holds back its database only, and creating it is enough", async () => {
    const namespace = await cluster.namespace("case29");
    const asked = leanDemo(({ spec }) => {
      for (const database of spec.databases ?? []) {
        if (database.name === "prod_db") database.spec.shardTemplateRef = "nope";
      }
    }, namespace);
    await cluster.apply(leanStd(undefined, namespace), asked);
    const held = await heldBack(namespace, "TemplateNotFound");
    expect(condition(held, "TemplateResolved")?.message).toMatch(/prod_db.*ShardTemplate nope/);
    expect(condition(held, "Available")).toMatchObject({ status: "False" });
    await oneWarning(cluster, namespace, root, "TemplateNotFound");
    await always(async () => expect(await tableGroups(namespace)).toEqual(["tiny-db-default"]));
    await oneWarning(cluster, namespace, root, "TemplateNotFound");

    await cluster.apply(
      leanStd(({ metadata }) => {
        metadata.name = "nope";
      }, namespace),
    );
    const healed = await settled(cluster, namespace);
    expect(condition(healed, "TemplateResolved")).toMatchObject({ status: "True" });
    expect(condition(healed, "Stalled")).toMatchObject({ status: "False" });
    expect(healed.status?.databases?.["prod_db"]).toMatchObject({ desiredInstances: 2, readyInstances: 2 });
    expect(healed.metadata.generation).toBe(1);
    expect(healed.spec).toEqual(asked.spec);
  });

  it("is held back for a template that names an undefined cell until that is corrected", async () => {
    const namespace = await cluster.namespace("undefined-cell");
    await cluster.apply(withUndefinedCell(namespace), leanDemo(undefined, namespace));
    const held = await heldBack(namespace, "TemplateInvalid");
    expect(condition(held, "TemplateResolved")?.message).toMatch(/prod_db.*ShardTemplate std.*z9/);
    expect(condition(held, "TemplateResolved")?.message).not.toMatch(/\bz[12]\b/);
    await oneWarning(cluster, namespace, root, "TemplateInvalid");
    await always(async () => expect(await tableGroups(namespace)).toEqual(["tiny-db-default"]));
    await oneWarning(cluster, namespace, root, "TemplateInvalid");

    await cluster.apply(leanStd(undefined, namespace));
    const healed = await settled(cluster, namespace);
    expect(condition(healed, "TemplateResolved")).toMatchObject({ status: "True" });
    expect(healed.status?.databases?.["prod_db"]).toMatchObject({ desiredInstances: 2, readyInstances: 2 });
    expect(healed.metadata.generation).toBe(1);
  });
});

/** The tests build on each other: each begins with the cluster and the template that the one before leaves. */
describe("a cluster and its template", () => {
  let namespace: string;

  beforeAll(async () => {
    namespace = await cluster.namespace("templates");
  });

  it("case 31: a template of the same name in another namespace is ignored", async () => {
    const elsewhere = await cluster.namespace("elsewhere");
    await cluster.apply(stdWithStorage(elsewhere, "99Gi"), leanDemo(undefined, namespace));
    await heldBack(namespace, "TemplateNotFound");
    await always(async () => expect(await tableGroups(namespace)).toEqual(["tiny-db-default"]));

    await cluster.apply(leanStd(undefined, namespace));
    await settled(cluster, namespace);
    const { spec } = await cluster.api.get(kinds.Shard, { namespace, name: "prod-db-default-0" });
    expect(storageOf(spec.pools)).toEqual(["10Gi", "10Gi"]);

    const writes = await writesFromRest(cluster, namespace);
    await cluster.apply(stdWithStorage(elsewhere, "100Gi"));
    await still(() => expect(writes().filter(({ byOperator }) => byOperator)).toEqual([]));
  });

  it("that names an undefined cell keeps the last good children of a running database, untouched", async () => {
    const writes = await writesFromRest(cluster, namespace);
    const before = await versions(cluster, namespace, ...children);

    await cluster.apply(withUndefinedCell(namespace));
    const held = await heldBack(namespace, "TemplateInvalid");
    expect(condition(held, "Available"), "what runs goes on running").toMatchObject({ status: "True" });
    expect(held.status?.databases?.["prod_db"]).toMatchObject({ desiredInstances: 2, readyInstances: 2 });
    expect(condition(held, "TemplateResolved")?.message).toContain("TableGroup prod-db-default stays as it is");
    await still(async () => expect(await versions(cluster, namespace, ...children)).toEqual(before));
    await oneWarning(cluster, namespace, root, "TemplateInvalid");

    await cluster.apply(leanStd(undefined, namespace));
    const healed = await settled(cluster, namespace);
    expect(condition(healed, "TemplateResolved")).toMatchObject({ status: "True" });
    expect(healed.metadata.generation).toBe(1);
    expect(await versions(cluster, namespace, ...children), "the same result writes no child").toEqual(before);
    // The API server writes its audit log a moment after it has answered.
    await eventually(() => {
      const written = writes().filter(({ byOperator }) => byOperator);
      expect(new Set(written.map(({ resource }) => resource))).toEqual(new Set(["multigresclusters/status", "events"]));
    });
  });

  it("case 28: a template edit reaches the Shards of its clusters and nothing else", async () => {
    const elsewhere = await unchangedDemo(cluster);
    await cluster.apply(small(namespace, { name: "bystander" }));
    await settled(cluster, namespace);
    await settled(cluster, namespace, "bystander");
    const untouched = async () => ({
      here: Object.fromEntries(
        Object.entries(await versions(cluster, namespace, ...childKinds)).filter(
          ([object]) => !object.includes("prod-db"),
        ),
      ),
      elsewhere: await versions(cluster, elsewhere, ...everything),
    });
    const writesElsewhere = await writesFromRest(cluster, elsewhere);
    const writes = await writesFromRest(cluster, namespace);
    const before = await untouched();
    expect(Object.keys(before.here)).toHaveLength(2 + 2 + 1 + 1 + (1 + 1 + 1 + 1));

    await cluster.apply(stdWithStorage(namespace, "20Gi"));
    await eventually(async () => {
      const { spec } = await cluster.api.get(kinds.Shard, { namespace, name: "prod-db-default-0" });
      expect(storageOf(spec.pools)).toEqual(["20Gi", "20Gi"]);
    });
    await still(async () => {
      expect(await untouched()).toEqual(before);
      expect(writesElsewhere().filter(({ byOperator }) => byOperator)).toEqual([]);
    });
    const written = await eventually(() => {
      const found = writes().filter(({ byOperator, resource }) => byOperator && resource !== "events");
      expect(new Set(found.map(({ resource, name }) => `${resource} ${name}`))).toContain("shards prod-db-default-0");
      return found;
    });
    // The database's own objects and the status of its cluster.
    expect(
      written.filter(({ resource, name }) => !name.includes("prod-db") && resource !== "multigresclusters/status"),
    ).toEqual([]);
    expect(written.filter(({ name }) => name === "bystander")).toEqual([]);
  });

  it("that still names a removed cell keeps it until it lets it go", async () => {
    const inCells = (...wanted: string[]) =>
      leanDemo(({ spec }) => {
        spec.cells = spec.cells.filter(({ name }) => wanted.includes(name));
        spec.databases = spec.databases?.filter(({ name }) => name === "prod_db");
      }, namespace);
    // What is left of the database must serve writes by itself.
    const withPools = (...pools: readonly [cell: string, replicas: number][]) =>
      std(({ spec }) => {
        spec.pools = pools.map(([cell, replicas]) => ({
          type: "replica",
          cell,
          replicas,
          dataVolumeClaimTemplate: volume("20Gi"),
        }));
      }, namespace);
    await cluster.apply(withPools(["z1", 2], ["z2", 1]), inCells("z1", "z2"));
    await eventually(async () => expect(await tableGroups(namespace)).toEqual(["db-default", "prod-db-default"]));
    const { metadata: undivided } = await eventually(async () => {
      const found = await settled(cluster, namespace);
      expect(found.status?.databases).toMatchObject({ prod_db: { desiredInstances: 3, readyInstances: 3 } });
      return found;
    });
    const running = [kinds.Cell, kinds.TopoServer, kinds.Shard, kinds.StatefulSet, kinds.Pod] as const;
    const before = await names(namespace, ...running);
    const volumes = await names(namespace, kinds.PersistentVolumeClaim);

    await cluster.apply(inCells("z1"));
    const held = await eventually(async () => {
      const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
      expect(condition(found, "TemplateResolved")).toMatchObject({ status: "False", reason: "TemplateInvalid" });
      return found;
    });
    expect(condition(held, "TemplateResolved")?.message).toMatch(/prod_db.*ShardTemplate std.*z2/);
    expect(condition(held, "Progressing")?.message).toMatch(
      /Cell demo-z2 is no longer wanted, but pools still run in it/,
    );
    await always(async () => expect(await names(namespace, ...running)).toEqual(before));

    await cluster.apply(withPools(["z1", 2]));
    const { status, metadata } = await settled(cluster, namespace);
    expect(status?.databases).toMatchObject({ prod_db: { desiredInstances: 2, readyInstances: 2 } });
    expect(metadata.generation).toBe((undivided.generation ?? 0) + 1);
    await eventually(async () => {
      const left = await names(namespace, kinds.Cell, kinds.TopoServer, kinds.StatefulSet);
      expect(left.filter((name) => name.includes("z2"))).toEqual([]);
    });
    expect(await names(namespace, kinds.PersistentVolumeClaim)).toEqual(volumes);
  });
});

/** The objects of the given kinds, as `<Kind> <name> <UID>`. */
async function names(namespace: string, ...of: readonly ResourceKind[]): Promise<string[]> {
  const found = await objects(cluster, namespace, of);
  return found.map((object) => `${idOf(object)} ${object.metadata?.uid}`).sort();
}
