import { controllerOf, type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { beforeAll, describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { childKinds, idOf, objects, volumesOf } from "../support/objects.ts";
import { operatorEvents, settled } from "../support/observing.ts";

const cluster = sharedCluster();

/** Name -> UID of the pods of a StatefulSet. */
async function podsOf(namespace: string, statefulSet: string): Promise<Record<string, string>> {
  const { items } = await cluster.api.list(kinds.Pod, { namespace });
  const owned = items.filter(
    ({ metadata }) => metadata?.name?.match(/^(?<of>.+)-\d+$/)?.groups?.["of"] === statefulSet,
  );
  return Object.fromEntries(owned.map(({ metadata }) => [metadata?.name, metadata?.uid ?? ""]));
}

/** Deletes an object and waits until another one of its name and of the same meaning is there. */
async function comesBack<T extends KubernetesObject>(
  kind: ResourceKind<T>,
  name: string,
  namespace: string,
  propagationPolicy?: "Background" | "Orphan",
): Promise<void> {
  const at = { namespace, name };
  const before = await cluster.api.get(kind, at);
  await cluster.api.delete(kind, at, { propagationPolicy });
  const after = await eventually(async () => {
    const found = await cluster.api.get(kind, at);
    expect({ name, uid: found.metadata?.uid }).not.toEqual({ name, uid: before.metadata?.uid });
    expect(found.metadata?.deletionTimestamp).toBeUndefined();
    return found;
  });
  expect({ name, labels: after.metadata?.labels }).toEqual({ name, labels: before.metadata?.labels });
}

/** The volumes, when all pods of the cluster run again: what a pod uses is bound. */
async function volumesInUse(namespace: string): Promise<Record<string, string>> {
  await eventually(async () => {
    const root = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
    const children = await objects(cluster, namespace, childKinds);
    const uids = [root, ...children].map(({ metadata }) => metadata?.uid);
    const { items: statefulSets } = await cluster.api.list(kinds.StatefulSet, { namespace });
    // etcd twice, multiorch, and the pool.
    expect(statefulSets).toHaveLength(2 + 1 + 1);
    // What a deleted owner left goes on until the garbage collector takes it.
    for (const owned of [...children, ...statefulSets]) expect(uids, idOf(owned)).toContain(controllerOf(owned)?.uid);
    for (const { metadata, spec, status } of statefulSets) {
      const of = metadata?.name;
      expect({ of, ready: status?.readyReplicas }).toEqual({ of, ready: spec?.replicas });
    }
  });
  await settled(cluster, namespace, "small");
  return volumesOf(cluster, namespace);
}

/** What the garbage collector hasn't taken yet is no stranger's: there is to be none. */
async function conflicts(namespace: string) {
  return (await operatorEvents(cluster, namespace)).filter(({ reason }) => reason === "NameConflict");
}

async function onlyOne<T extends KubernetesObject>(
  kind: ResourceKind<T>,
  namespace: string,
  labelSelector: string,
): Promise<string> {
  const { items } = await cluster.api.list(kind, { namespace, labelSelector });
  expect(items).toHaveLength(1);
  return items[0]?.metadata?.name ?? "";
}

/** Both of its topology servers are etcds of its own, the global one with a PodDisruptionBudget. */
function wanted(namespace: string) {
  const made = small(namespace, { cellEtcd: true });
  Object.assign(made.spec.globalTopoServer?.managedSpec ?? {}, { replicas: 3 });
  return made;
}

/** The tests share a cluster; each begins with all of it running. */
describe("what somebody deletes", () => {
  let namespace: string;

  beforeAll(async () => {
    namespace = await cluster.namespace("recreation");
    await cluster.apply(wanted(namespace));
    await settled(cluster, namespace, "small");
  });

  it("case 36: of the children comes back and reuses its volumes", async () => {
    const before = await volumesInUse(namespace);
    const local = await onlyOne(kinds.TopoServer, namespace, "multigres.com/cell=z1");

    for (const [kind, name] of [
      [kinds.Shard, "db-default-0"],
      [kinds.TableGroup, "db-default"],
      [kinds.TopoServer, "small-global"],
      [kinds.TopoServer, local],
      [kinds.Cell, "small-z1"],
    ] as const) {
      const { uid: shardBefore } = (await cluster.api.get(kinds.Shard, { namespace, name: "db-default-0" })).metadata;
      await comesBack<KubernetesObject>(kind, name, namespace, "Background");
      if (kind === kinds.TableGroup) {
        await eventually(async () => {
          const { metadata } = await cluster.api.get(kinds.Shard, { namespace, name: "db-default-0" });
          expect(metadata.uid, "the Shard went with its TableGroup").not.toBe(shardBefore);
        });
      }
      expect({ after: name, volumes: await volumesInUse(namespace) }).toEqual({ after: name, volumes: before });
    }
    expect(await conflicts(namespace)).toEqual([]);
  });

  it("and is the whole cluster, made again before all is gone, has the same names and volumes", async () => {
    const before = await volumesInUse(namespace);
    const names = async () =>
      (await cluster.api.list(kinds.Shard, { namespace })).items.map(({ metadata }) => metadata.name).sort();
    const shards = await names();
    await cluster.api.delete(kinds.MultigresCluster, { namespace, name: "small" }, { propagationPolicy: "Background" });
    await cluster.apply(wanted(namespace));
    expect(await volumesInUse(namespace)).toEqual(before);
    expect(await names()).toEqual(shards);
    expect(await conflicts(namespace)).toEqual([]);
  });

  it("case 37: of the workloads comes back, with the pods and volumes that are left", async () => {
    const before = await volumesInUse(namespace);
    const database = "multigres.com/database=db";
    await comesBack(kinds.Service, "small-z1-gateway", namespace);
    await comesBack(kinds.Service, "small-global-peer", namespace);
    await comesBack(kinds.PodDisruptionBudget, "small-global", namespace);
    await comesBack(
      kinds.PodDisruptionBudget,
      await onlyOne(kinds.PodDisruptionBudget, namespace, database),
      namespace,
    );

    const pool = await onlyOne(kinds.StatefulSet, namespace, database);
    const pods = await podsOf(namespace, pool);
    expect(Object.keys(pods)).toHaveLength(2);
    await comesBack(kinds.StatefulSet, pool, namespace, "Orphan");
    expect(await volumesInUse(namespace)).toEqual(before);
    expect(await podsOf(namespace, pool), "orphans are adopted").toEqual(pods);

    await comesBack(kinds.StatefulSet, pool, namespace, "Background");
    expect(await volumesInUse(namespace)).toEqual(before);
    const replaced = await podsOf(namespace, pool);
    expect(Object.keys(replaced).sort()).toEqual(Object.keys(pods).sort());
    for (const [name, uid] of Object.entries(pods)) expect(replaced[name]).not.toBe(uid);
  });
});
