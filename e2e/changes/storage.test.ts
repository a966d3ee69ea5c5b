import type { MultigresCluster } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { beforeAll, describe, expect, it } from "vitest";
import { leanDemo, leanStd, volume } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { condition, settled } from "../support/observing.ts";
import { podsOf, uidsOf } from "./pool-pods.ts";

const cluster = sharedCluster();

async function claimsOf(namespace: string, prefix: string) {
  const { items } = await cluster.api.list(kinds.PersistentVolumeClaim, { namespace });
  return items.filter(({ metadata }) => metadata?.name?.startsWith(prefix));
}

/** The sizes that a StatefulSet's template of volumes says. */
async function templatesOf(namespace: string, component: string) {
  const { items } = await cluster.api.list(kinds.StatefulSet, {
    namespace,
    labelSelector: `app.kubernetes.io/component=${component}`,
  });
  return Object.fromEntries(
    items.map(({ metadata, spec }) => [
      metadata?.name,
      spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests?.["storage"],
    ]),
  );
}

/** The tests share a cluster: its global etcd and `prod_db` grow in the first, `tiny_db` in the second. */
describe("storage", () => {
  let namespace: string;

  const sized = (etcd: string, tiny: string, change: (cluster: MultigresCluster) => void = () => {}) =>
    leanDemo((wanted) => {
      const { managedSpec } = wanted.spec.globalTopoServer ?? {};
      if (managedSpec) managedSpec.dataVolumeClaimTemplate = volume(etcd);
      const [pool] = wanted.spec.databases?.find(({ name }) => name === "tiny_db")?.spec.pools ?? [];
      if (pool) pool.dataVolumeClaimTemplate = { ...volume(tiny), storageClassName: "fixed" };
      change(wanted);
    }, namespace);

  beforeAll(async () => {
    namespace = await cluster.namespace("storage");
    await cluster.apply(leanStd(undefined, namespace), sized("10Gi", "10Gi"));
    await settled(cluster, namespace);
  });

  it("case 53: grows from 10Gi to 20Gi: volumes and templates follow, and no pod is restarted", async () => {
    const templateOf = (storage: string) =>
      leanStd(({ spec }) => {
        for (const pool of spec.pools) pool.dataVolumeClaimTemplate = volume(storage);
      }, namespace);
    const pods = async () => ({
      ...uidsOf(await podsOf(cluster, namespace, "shard-pool")),
      ...uidsOf(await podsOf(cluster, namespace, "toposerver")),
    });
    const before = await pods();
    expect(Object.keys(before)).toHaveLength(4 + 2);

    const history = await cluster.history(kinds.Pod, namespace);
    const topology = await cluster.history(kinds.TopoServer, namespace);
    await cluster.apply(templateOf("20Gi"), sized("20Gi", "10Gi"));
    await eventually(async () => {
      await settled(cluster, namespace);
      for (const [prefix, count] of [
        ["data-demo-prod", 2],
        ["data-demo-global", 1],
      ] as const) {
        const claims = await claimsOf(namespace, prefix);
        expect(claims).toHaveLength(count);
        for (const { metadata, spec, status } of claims) {
          expect(spec?.resources?.requests, metadata?.name).toEqual({ storage: "20Gi" });
          expect(status?.capacity, metadata?.name).toEqual({ storage: "20Gi" });
        }
      }
      const pools = await templatesOf(namespace, "shard-pool");
      expect(Object.values(pools).map(String).toSorted()).toEqual(["10Gi", "20Gi", "20Gi"]);
      expect(await templatesOf(namespace, "toposerver")).toMatchObject({ "demo-global": "20Gi" });
    });
    history.stop();
    topology.stop();
    expect(await pods()).toEqual(before);
    expect(history.versions.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined)).toEqual([]);
    // etcd never seemed to be away, either.
    expect(topology.versions.map((version) => condition(version, "Available")?.status)).not.toContain("False");
  });

  it("case 54: on a class that can't grow is a condition, blocks nothing else, and may go back to the size that it has", async () => {
    const { spec: current } = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
    const etcd = `${current.globalTopoServer?.managedSpec?.dataVolumeClaimTemplate?.resources?.requests?.["storage"]}`;
    const before = uidsOf(await podsOf(cluster, namespace, "shard-pool"));

    const further = (wanted: MultigresCluster) => {
      wanted.spec.multiadmin = { replicas: 2 };
      const [pool] = wanted.spec.databases?.find(({ name }) => name === "tiny_db")?.spec.pools ?? [];
      if (pool) pool.replicas = 3;
    };
    await cluster.apply(sized(etcd, "20Gi", further));
    await eventually(async () => {
      const root = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
      expect(condition(root, "Stalled")).toMatchObject({ status: "True", reason: "StorageNotApplied" });
      expect(condition(root, "Stalled")?.message).toMatch(/can't grow from 10Gi to 20Gi/);
      expect(condition(root, "Available")).toMatchObject({ status: "True" });
      expect(root.status?.storageGrowthFailures).toEqual({ "databases/tiny_db/replica/z2": "10Gi" });
      expect(root.status?.databases?.["tiny_db"]).toMatchObject({ desiredInstances: 3, readyInstances: 3 });
      const admin = await cluster.api.get(kinds.Deployment, { namespace, name: "demo-multiadmin" });
      expect(admin.status?.readyReplicas).toBe(2);
    });

    await cluster.apply(sized(etcd, "10Gi", further));
    await eventually(async () => {
      const root = await settled(cluster, namespace);
      expect(condition(root, "Stalled")).toMatchObject({ status: "False" });
      expect(root.status).not.toHaveProperty("storageGrowthFailures");
    });
    for (const { spec } of await claimsOf(namespace, "data-demo-tiny")) {
      expect(spec?.resources?.requests).toEqual({ storage: "10Gi" });
    }
    expect(uidsOf(await podsOf(cluster, namespace, "shard-pool"))).toMatchObject(before);
  });
});
