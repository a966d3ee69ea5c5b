import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { always, eventually } from "../support/eventually.ts";
import { condition, settled } from "../support/observing.ts";
import { isReady, podsOf, uidsOf } from "./pool-pods.ts";

const cluster = sharedCluster();

type Policy = NonNullable<ReturnType<typeof small>["spec"]["persistentVolumeClaimRetentionPolicy"]>;

async function served(purpose: string, pods: number, policy: Policy) {
  const namespace = await cluster.namespace(purpose);
  const scaledTo = async (pods: number, change: Policy = policy) => {
    const wanted = small(namespace, { pods });
    wanted.spec.persistentVolumeClaimRetentionPolicy = change;
    await cluster.apply(wanted);
    await eventually(async () => {
      await settled(cluster, namespace, "small");
      expect((await podsOf(cluster, namespace, "shard-pool")).size).toBe(pods);
    });
  };
  const claims = async () => {
    const { items } = await cluster.api.list(kinds.PersistentVolumeClaim, { namespace });
    return items.map(({ metadata }) => metadata?.name ?? "");
  };
  const dataVolumes = async () => (await claims()).filter((name) => name.startsWith("data-small-db")).length;
  await scaledTo(pods);
  return { namespace, scaledTo, claims, dataVolumes };
}

/** Waits until all volumes are owned by the cluster. */
const goWithCluster = (namespace: string) =>
  eventually(async () => {
    const { items } = await cluster.api.list(kinds.PersistentVolumeClaim, { namespace });
    for (const { metadata } of items) {
      expect(metadata?.ownerReferences, metadata?.name).toMatchObject([{ kind: "MultigresCluster", name: "small" }]);
    }
  });

describe("volumes", () => {
  it("of replicas that are scaled away go under whenScaled: Delete, and those that were kept before stay", async () => {
    const { scaledTo, dataVolumes } = await served("scaled", 4, { whenScaled: "Retain" });
    await scaledTo(3);
    expect(await dataVolumes()).toBe(4);
    await scaledTo(2, { whenScaled: "Delete" });
    await eventually(async () => expect(await dataVolumes()).toBe(3));
    await always(async () => expect(await dataVolumes()).toBe(3));
  });

  it("go with their cluster under whenDeleted: Delete, but never with a child that is deleted by hand", async () => {
    const { namespace, claims } = await served("deleted", 2, { whenDeleted: "Delete" });
    const before = await claims();
    await goWithCluster(namespace);
    const old = uidsOf(await podsOf(cluster, namespace, "shard-pool"));
    await cluster.api.delete(kinds.Shard, { namespace, name: "db-default-0" });
    await eventually(async () => {
      const pods = await podsOf(cluster, namespace, "shard-pool");
      expect([...pods.values()].filter(isReady)).toHaveLength(2);
      for (const [name, uid] of Object.entries(uidsOf(pods))) expect(uid, name).not.toBe(old[name]);
    });
    // The cluster may still tell of the Shard before.
    await eventually(async () => {
      const shard = await cluster.api.get(kinds.Shard, { namespace, name: "db-default-0" });
      expect(condition(shard, "Progressing")).toMatchObject({ status: "False" });
    });
    await settled(cluster, namespace, "small");
    expect(await claims()).toEqual(before);
    await cluster.api.delete(kinds.MultigresCluster, { namespace, name: "small" });
    // What holds one up is told by these.
    await eventually(async () => {
      const { items } = await cluster.api.list(kinds.PersistentVolumeClaim, { namespace });
      const left = items.map(({ metadata = {} }) => ({
        name: metadata.name,
        deletedAt: metadata.deletionTimestamp,
        finalizers: metadata.finalizers,
        owners: metadata.ownerReferences,
      }));
      expect({
        left,
        pods: left.length > 0 ? [...(await podsOf(cluster, namespace, "shard-pool")).keys()] : [],
      }).toEqual({ left: [], pods: [] });
    });
  });

  it("of a database stay that is removed at the moment in which whenDeleted: Delete is taken back", async () => {
    const { namespace, dataVolumes } = await served("kept", 2, { whenDeleted: "Delete" });
    await goWithCluster(namespace);
    const wanted = small(namespace);
    wanted.spec.databases = [];
    wanted.spec.persistentVolumeClaimRetentionPolicy = { whenDeleted: "Retain" };
    await cluster.apply(wanted);
    await eventually(async () => {
      expect((await cluster.api.list(kinds.TableGroup, { namespace })).items).toEqual([]);
    });
    const owned = async (labelSelector?: string) => {
      const { items } = await cluster.api.list(kinds.PersistentVolumeClaim, { namespace, labelSelector });
      return items.filter(({ metadata }) => (metadata?.ownerReferences ?? []).length > 0);
    };
    expect(await owned("multigres.com/database=db")).toEqual([]);
    // Those of etcd are another controller's.
    await eventually(async () => expect(await owned()).toEqual([]));
    await cluster.api.delete(kinds.MultigresCluster, { namespace, name: "small" });
    await eventually(async () => {
      expect((await cluster.api.list(kinds.Pod, { namespace })).items).toEqual([]);
    });
    expect(await dataVolumes()).toBe(2);
  });
});
