import type { MultigresCluster, Pool, Shard } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { beforeAll, describe, expect, it } from "vitest";
import { leanDemo, std, volume } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually, still } from "../support/eventually.ts";
import { settled } from "../support/observing.ts";
import { unchangedDemo } from "../support/unchanged.ts";
import { writesFromRest } from "../support/writes.ts";

const cluster = sharedCluster();

const unmatched: Pool = {
  type: "readOnly",
  cell: "z1",
  replicas: 1,
  dataVolumeClaimTemplate: volume("500Gi"),
  postgres: { resources: { requests: { cpu: "1" } } },
  multipooler: { resources: { requests: { cpu: "100m" } } },
};

const grown: Pool = {
  type: "replica",
  cell: "z1",
  dataVolumeClaimTemplate: { resources: { requests: { storage: "1000Gi" } } },
  postgres: { resources: { requests: { cpu: "4" } } },
};

/** Databases that lay overrides over `std`, and one whose pool says nothing. */
function overriding(namespace: string, ...more: Pool[]): MultigresCluster {
  return leanDemo(({ spec }) => {
    spec.databases = [
      { name: "one_pool", spec: { shardTemplateRef: "std", overrides: [grown, ...more] } },
      {
        name: "each_pool",
        spec: {
          shardTemplateRef: "std",
          overrides: [
            { type: "replica", cell: "z1", dataVolumeClaimTemplate: { accessModes: ["ReadWriteMany"] } },
            { type: "replica", cell: "z2", postgres: { resources: { limits: { memory: "8Gi" } } } },
            unmatched,
          ],
        },
      },
      { name: "defaults", spec: { pools: [{ type: "replica", cell: "z2" }] } },
    ];
  }, namespace);
}

function shardIn(namespace: string, name: string): Promise<Shard> {
  return eventually(() => cluster.api.get(kinds.Shard, { namespace, name }));
}

function poolOf({ spec }: Shard, type: string, cell: string): Pool {
  const found = spec.pools.find((pool) => pool.type === type && pool.cell === cell);
  if (!found) throw new Error(`the Shard has no pool (${type}, ${cell})`);
  return found;
}

/** The template's pool, as the API server gives it back. */
async function templatePool(namespace: string, cell: string): Promise<Pool> {
  const { spec } = await cluster.api.get(kinds.ShardTemplate, { namespace, name: "std" });
  const found = spec.pools.find((pool) => pool.cell === cell);
  if (!found) throw new Error(`the template has no pool in ${cell}`);
  return found;
}

describe("pools", () => {
  it("case 20: the Shard has the template's pools, with database, cluster and images filled in", async () => {
    const namespace = await unchangedDemo(cluster);
    const { spec } = await shardIn(namespace, "prod-db-default-0");
    const { metadata } = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
    expect(spec.pools).toEqual(std().spec.pools);
    expect(spec).toMatchObject({
      cluster: { name: "demo", uid: metadata.uid },
      database: "prod_db",
      tableGroup: "default",
      shard: 0,
      images: {
        imagePullPolicy: "IfNotPresent",
        imagePullSecrets: [{ name: "my-registry-secret" }],
        multipooler: "multigres/multigres:latest",
        postgres: "postgres:15.3",
      },
    });
  });
});

/** The tests share a cluster: all but the last two only read it, the last but one changes the spec, the last one the template. */
describe("overrides and defaults of pools", () => {
  let namespace: string;

  beforeAll(async () => {
    namespace = await cluster.namespace("pools");
    await cluster.apply(std(undefined, namespace), overriding(namespace));
  });

  it("case 21: an override changes what it names of one pool and leaves the other byte-identical to the template", async () => {
    const shard = await shardIn(namespace, "one-pool-default-0");
    expect(shard.spec.pools).toHaveLength(2);
    expect(poolOf(shard, "replica", "z1")).toEqual({
      ...(await templatePool(namespace, "z1")),
      replicas: 3,
      dataVolumeClaimTemplate: volume("1000Gi"),
      postgres: { resources: { requests: { cpu: "4", memory: "4Gi" } } },
    });
    expect(JSON.stringify(poolOf(shard, "replica", "z2"))).toBe(JSON.stringify(await templatePool(namespace, "z2")));
  });

  it("case 22: an override that matches no pool adds one, and the database wants 7 instances", async () => {
    const shard = await shardIn(namespace, "each-pool-default-0");
    expect(shard.spec.pools).toHaveLength(3);
    expect(poolOf(shard, "readOnly", "z1")).toMatchObject(unmatched);
    const found = await eventually(async () => {
      const { status } = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
      expect(status?.databases?.["each_pool"]?.desiredInstances).toBe(7);
      return status;
    });
    expect(found?.databases?.["one_pool"]?.desiredInstances).toBe(6);
  });

  it("case 23: an override's accessModes replace the template's", async () => {
    const shard = await shardIn(namespace, "each-pool-default-0");
    expect(poolOf(shard, "replica", "z1").dataVolumeClaimTemplate).toEqual({
      accessModes: ["ReadWriteMany"],
      resources: { requests: { storage: "10Gi" } },
    });
  });

  it("case 24: an override's limits stand beside the template's requests", async () => {
    const shard = await shardIn(namespace, "each-pool-default-0");
    expect(poolOf(shard, "replica", "z2").postgres).toEqual({
      resources: { requests: { cpu: "2", memory: "4Gi" }, limits: { memory: "8Gi" } },
    });
  });

  it("case 26: an inline pool with type and cell only gets the documented defaults, on the Shard alone", async () => {
    await settled(cluster, namespace);
    const { spec } = await shardIn(namespace, "defaults-default-0");
    expect(spec.pools).toEqual([
      {
        type: "replica",
        cell: "z2",
        replicas: 3,
        dataVolumeClaimTemplate: volume("10Gi"),
        postgres: { resources: { requests: { cpu: "500m", memory: "1Gi" } } },
        multipooler: { resources: { requests: { cpu: "100m", memory: "128Mi" } } },
      },
    ]);
    const stored = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
    expect(stored.spec).toEqual(overriding(namespace).spec);
    expect(stored.metadata.generation).toBe(1);
  });

  it("case 25: replicas 0 empties one pool and keeps its volumes", async () => {
    await settled(cluster, namespace);
    const labelSelector = "multigres.com/database=one_pool,multigres.com/pool-type=replica";
    const pods = async (cell: string) =>
      (await cluster.api.list(kinds.Pod, { namespace, labelSelector: `${labelSelector},multigres.com/cell=${cell}` }))
        .items.length;
    const volumes = await boundVolumes(namespace, labelSelector);
    expect(Object.keys(volumes)).toHaveLength(6);

    await cluster.apply(overriding(namespace, { type: "replica", cell: "z2", replicas: 0 }));
    const { status } = await settled(cluster, namespace);
    expect(status?.databases?.["one_pool"]).toMatchObject({ desiredInstances: 3, readyInstances: 3 });
    await eventually(async () => expect(await pods("z2")).toBe(0));
    expect(await pods("z1")).toBe(3);
    expect(await boundVolumes(namespace, labelSelector)).toEqual(volumes);
  });

  it("are written again neither for another order nor for another spelling of the template", async () => {
    await settled(cluster, namespace);
    const writes = await writesFromRest(cluster, namespace);
    const respelled = std(({ spec }) => {
      for (const pool of spec.pools) {
        pool.dataVolumeClaimTemplate = volume("10240Mi");
        pool.multipooler = { resources: { requests: { cpu: "0.5", memory: "256Mi" } } };
      }
      spec.pools.reverse();
    }, namespace);
    await cluster.apply(respelled);
    await still(() => expect(writes().filter(({ byOperator }) => byOperator)).toEqual([]));
    // Kubernetes' own controllers may still have something to write.
    const byAdmin = () => writes().filter(({ by }) => by === "admin");
    await eventually(() => expect(byAdmin()).toMatchObject([{ resource: "shardtemplates", name: "std" }]));
  });
});

/** Name -> UID and volume of every claim that isn't being deleted. */
async function boundVolumes(namespace: string, labelSelector: string): Promise<Record<string, string>> {
  const { items } = await cluster.api.list(kinds.PersistentVolumeClaim, { namespace, labelSelector });
  return Object.fromEntries(
    items
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map(({ metadata, spec }) => [metadata?.name, `${metadata?.uid} on ${spec?.volumeName}`]),
  );
}
