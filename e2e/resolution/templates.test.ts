import type { ShardTemplate } from "@multigres/api-types";
import { kinds, type ResourceKind } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { demo, std, volume } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { converged } from "../support/converged.ts";
import { always, eventually } from "../support/eventually.ts";
import { childKinds, idOf, objects, workloadKinds } from "../support/objects.ts";
import { condition, oneWarning, settled, versions } from "../support/observing.ts";
import { writesFromRest } from "../support/writes.ts";

const cluster = sharedCluster();

const root = { kind: "MultigresCluster", name: "demo" };
const children = [...childKinds, ...workloadKinds, kinds.Pod, kinds.PersistentVolumeClaim];
const everything = [kinds.MultigresCluster, kinds.ShardTemplate, ...children];

const stdWithStorage = (namespace: string, storage: string) =>
  std(({ spec }) => {
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

describe("templates", () => {
  it("case 28: a template edit reaches the Shards of its clusters and nothing else", { timeout: 240_000 }, async () => {
    const namespace = await cluster.namespace("case28");
    const elsewhere = await cluster.namespace("case28");
    const bystander = demo(({ metadata, spec }) => {
      metadata.name = "bystander";
      spec.databases = [{ name: "own_db", spec: { pools: [{ type: "replica", cell: "z1", replicas: 1 }] } }];
    }, namespace);
    await cluster.apply(std(undefined, namespace), std(undefined, elsewhere));
    await cluster.apply(demo(undefined, namespace), demo(undefined, elsewhere), bystander);
    await settled(cluster, namespace);
    await settled(cluster, elsewhere);
    await eventually(async () => {
      const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "bystander" });
      expect(found.status?.databases?.["own_db"]).toMatchObject({ readyInstances: 1 });
      expect(condition(found, "Progressing")).toMatchObject({ status: "False" });
    });
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
    expect(Object.keys(before.here)).toHaveLength(4 + 4 + 2 + 2);

    await cluster.apply(stdWithStorage(namespace, "20Gi"));
    await eventually(async () => {
      const { spec } = await cluster.api.get(kinds.Shard, { namespace, name: "prod-db-default-0" });
      expect(storageOf(spec.pools)).toEqual(["20Gi", "20Gi"]);
    });
    await always(async () => {
      expect(await untouched()).toEqual(before);
      expect(writesElsewhere().filter(({ byOperator }) => byOperator)).toEqual([]);
    });
    const written = writes().filter(({ byOperator, resource }) => byOperator && resource !== "events");
    expect(new Set(written.map(({ resource, name }) => `${resource} ${name}`))).toContain("shards prod-db-default-0");
    // The database's own objects and the status of its cluster.
    expect(
      written.filter(({ resource, name }) => !name.includes("prod-db") && resource !== "multigresclusters/status"),
    ).toEqual([]);
    expect(written.filter(({ name }) => name === "bystander")).toEqual([]);
  });

  it("case 29: a missing template holds back its database only, and creating it is enough", {
    timeout: 240_000,
  }, async () => {
    const namespace = await cluster.namespace("case29");
    const asked = demo(({ spec }) => {
      for (const database of spec.databases ?? []) {
        if (database.name === "prod_db") database.spec.shardTemplateRef = "nope";
      }
    }, namespace);
    await cluster.apply(std(undefined, namespace), asked);
    const held = await heldBack(namespace, "TemplateNotFound");
    expect(condition(held, "TemplateResolved")?.message).toMatch(/prod_db.*ShardTemplate nope/);
    expect(condition(held, "Available")).toMatchObject({ status: "False" });
    await oneWarning(cluster, namespace, root, "TemplateNotFound");
    await always(async () => expect(await tableGroups(namespace)).toEqual(["tiny-db-default"]));
    await oneWarning(cluster, namespace, root, "TemplateNotFound");

    await cluster.apply(
      std(({ metadata }) => {
        metadata.name = "nope";
      }, namespace),
    );
    const healed = await settled(cluster, namespace);
    expect(condition(healed, "TemplateResolved")).toMatchObject({ status: "True" });
    expect(condition(healed, "Stalled")).toMatchObject({ status: "False" });
    expect(healed.status?.databases?.["prod_db"]).toMatchObject({ desiredInstances: 6, readyInstances: 6 });
    expect(healed.metadata.generation).toBe(1);
    expect(healed.spec).toEqual(asked.spec);
  });

  it("case 31: a template of the same name in another namespace is ignored", { timeout: 240_000 }, async () => {
    const namespace = await cluster.namespace("case31");
    const elsewhere = await cluster.namespace("case31");
    await cluster.apply(stdWithStorage(elsewhere, "99Gi"), demo(undefined, namespace));
    await heldBack(namespace, "TemplateNotFound");
    await always(async () => expect(await tableGroups(namespace)).toEqual(["tiny-db-default"]));

    await cluster.apply(std(undefined, namespace));
    await settled(cluster, namespace);
    const { spec } = await cluster.api.get(kinds.Shard, { namespace, name: "prod-db-default-0" });
    expect(storageOf(spec.pools)).toEqual(["10Gi", "10Gi"]);

    const writes = await writesFromRest(cluster, namespace);
    await cluster.apply(stdWithStorage(elsewhere, "100Gi"));
    await always(() => expect(writes().filter(({ byOperator }) => byOperator)).toEqual([]));
  });
});

describe("a template that names an undefined cell", () => {
  const broken = (namespace: string) =>
    std(({ spec }) => {
      spec.pools.push({ type: "replica", cell: "z9" });
    }, namespace);

  it("holds back a new database until the template is corrected", { timeout: 240_000 }, async () => {
    const namespace = await cluster.namespace("undefined-cell");
    await cluster.apply(broken(namespace), demo(undefined, namespace));
    const held = await heldBack(namespace, "TemplateInvalid");
    expect(condition(held, "TemplateResolved")?.message).toMatch(/prod_db.*ShardTemplate std.*z9/);
    expect(condition(held, "TemplateResolved")?.message).not.toMatch(/\bz[12]\b/);
    await oneWarning(cluster, namespace, root, "TemplateInvalid");
    await always(async () => expect(await tableGroups(namespace)).toEqual(["tiny-db-default"]));
    await oneWarning(cluster, namespace, root, "TemplateInvalid");

    await cluster.apply(std(undefined, namespace));
    const healed = await settled(cluster, namespace);
    expect(condition(healed, "TemplateResolved")).toMatchObject({ status: "True" });
    expect(healed.status?.databases?.["prod_db"]).toMatchObject({ desiredInstances: 6, readyInstances: 6 });
    expect(healed.metadata.generation).toBe(1);
  });

  it("keeps the last good children of a running database, untouched", { timeout: 240_000 }, async () => {
    const namespace = await converged(cluster, "undefined-cell");
    const writes = await writesFromRest(cluster, namespace);
    const before = await versions(cluster, namespace, ...children);

    await cluster.apply(broken(namespace));
    const held = await heldBack(namespace, "TemplateInvalid");
    expect(condition(held, "Available"), "what runs goes on running").toMatchObject({ status: "True" });
    expect(held.status?.databases?.["prod_db"]).toMatchObject({ desiredInstances: 6, readyInstances: 6 });
    expect(condition(held, "TemplateResolved")?.message).toContain("TableGroup prod-db-default stays as it is");
    await always(async () => expect(await versions(cluster, namespace, ...children)).toEqual(before));
    await oneWarning(cluster, namespace, root, "TemplateInvalid");

    await cluster.apply(std(undefined, namespace));
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

  it("keeps a cell that was removed from the cluster until the template lets it go", { timeout: 240_000 }, async () => {
    const namespace = await cluster.namespace("removed-cell");
    const inCells = (...wanted: string[]) =>
      demo(({ spec }) => {
        spec.cells = spec.cells.filter(({ name }) => wanted.includes(name));
        spec.databases = spec.databases?.filter(({ name }) => name === "prod_db");
      }, namespace);
    await cluster.apply(std(undefined, namespace), inCells("z1", "z2"));
    await settled(cluster, namespace);
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

    await cluster.apply(
      std(({ spec }) => {
        spec.pools = spec.pools.filter(({ cell }) => cell === "z1");
      }, namespace),
    );
    const { status, metadata } = await settled(cluster, namespace);
    expect(status?.databases).toMatchObject({ prod_db: { desiredInstances: 3, readyInstances: 3 } });
    expect(metadata.generation).toBe(2);
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
