import { labels } from "@multigres/api-types";
import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { expect } from "vitest";
import { demo, std, volume } from "../fixtures/demo.ts";
import { small } from "../fixtures/small.ts";
import { always, eventually } from "../support/eventually.ts";
import { childKinds, workloadKinds } from "../support/objects.ts";
import { settled } from "../support/observing.ts";
import type { OwnCluster } from "../support/own-operator.ts";

type Change = Parameters<typeof demo>[0];

/** As few pods as can serve: more of them need no other rights. */
const template = (namespace: string) =>
  std(({ spec }) => {
    spec.pools = spec.pools.slice(0, 1).map((pool) => ({ ...pool, replicas: 2 }));
  }, namespace);

/** Does with a cluster what users, and people who shouldn't, do with clusters. */
export async function busyRun(cluster: OwnCluster, namespace: string): Promise<void> {
  const become = async (change?: Change) => {
    await cluster.apply(demo(change, namespace));
    await settled(cluster, namespace);
  };
  await cluster.apply(template(namespace));
  await become();
  await become(twoOfWhatHadOne);
  await become();
  await become(({ spec }) => {
    const [, second] = spec.cells;
    delete second?.spec?.topoServer;
    for (const database of spec.databases ?? []) if (database.name === "tiny_db") database.name = "small_db";
  });
  await removeNearlyEverything(cluster, namespace);
  await become();
  await registerCrashingGateways(cluster, namespace);
  await become(twoOfWhatHadOne);
  await meddle(cluster, namespace);
  await becomeOrphans(cluster, namespace);
  await become();
  await become(largerAndNewer);
  await become(smaller);
  await removeWithItsVolumes(cluster, namespace);
  await cluster.api.delete(kinds.MultigresCluster, { namespace, name: "demo" });
  await eventually(async () => expect(await namesOf(cluster, namespace, kinds.StatefulSet)).toEqual([]));
  await visitSomebodysTopology(cluster, namespace);
}

/** Takes its own children along before it goes, to leave no records behind. */
async function visitSomebodysTopology(cluster: OwnCluster, namespace: string): Promise<void> {
  const name = "visitor";
  const visitor = small(namespace, { name });
  visitor.spec.globalTopoServer = {
    external: { address: `etcd.${namespace}.svc:2379`, rootPath: "/multigres/global" },
  };
  await cluster.apply(visitor);
  await settled(cluster, namespace, name);
  await cluster.api.delete(kinds.MultigresCluster, { namespace, name });
  await eventually(async () => {
    expect((await cluster.api.list(kinds.MultigresCluster, { namespace })).items).toEqual([]);
  });
}

/** What has one replica only has no PodDisruptionBudget. */
function twoOfWhatHadOne({ spec }: Parameters<NonNullable<Change>>[0]): void {
  spec.multiadmin = { replicas: 2 };
  spec.multiorch = { replicas: 2 };
  const [first, second] = spec.cells;
  Object.assign(first?.spec?.multiGateway?.static ?? {}, { replicas: 1 });
  Object.assign(second?.spec?.multiGateway?.dynamic ?? {}, { replicasPerCell: 2 });
}

/** Volumes don't shrink, so there is no way back from here. */
function largerAndNewer({ spec }: Parameters<NonNullable<Change>>[0]): void {
  spec.images = { ...spec.images, postgres: "postgres:15.4" };
  const etcd = spec.globalTopoServer?.managedSpec;
  if (etcd) etcd.dataVolumeClaimTemplate = volume("20Gi");
  const [pool] = spec.databases?.find(({ name }) => name === "tiny_db")?.spec.pools ?? [];
  if (pool) Object.assign(pool, { dataVolumeClaimTemplate: volume("2Gi"), replicas: 3 });
}

/** Volumes of replicas that are scaled away go, too. */
function smaller(wanted: Parameters<NonNullable<Change>>[0]): void {
  largerAndNewer(wanted);
  const [pool] = wanted.spec.databases?.find(({ name }) => name === "tiny_db")?.spec.pools ?? [];
  if (pool) pool.replicas = 2;
  wanted.spec.persistentVolumeClaimRetentionPolicy = { whenScaled: "Delete", whenDeleted: "Delete" };
}

/** Takes a database out of the spec under whenDeleted: Delete. */
async function removeWithItsVolumes(cluster: OwnCluster, namespace: string): Promise<void> {
  const ofDatabase = async () => {
    // The Shard that nobody wanted left its volumes for good.
    const labelSelector = `${labels.cluster}=demo,${labels.database}=tiny_db,${labels.shard}=0`;
    return (await cluster.api.list(kinds.PersistentVolumeClaim, { namespace, labelSelector })).items;
  };
  expect(await ofDatabase()).not.toEqual([]);
  const without = demo((wanted) => {
    smaller(wanted);
    wanted.spec.databases = wanted.spec.databases?.filter(({ name }) => name !== "tiny_db");
  }, namespace);
  await cluster.apply(without);
  await eventually(async () => expect(await ofDatabase()).toEqual([]));
  await settled(cluster, namespace);
}

async function removeNearlyEverything(cluster: OwnCluster, namespace: string): Promise<void> {
  const bare = demo(({ spec }) => {
    spec.databases = [];
  }, namespace);
  await cluster.apply(bare);
  await eventually(async () => expect(await namesOf(cluster, namespace, kinds.TableGroup)).toEqual([]));
  bare.spec.cells = bare.spec.cells.slice(0, 1);
  bare.spec.globalTopoServer = { external: { address: "etcd.example.com:2379", rootPath: "/multigres/global" } };
  await cluster.apply(bare);
  await eventually(async () => expect(await namesOf(cluster, namespace, kinds.TopoServer)).toEqual([]));
  await eventually(async () => expect(await namesOf(cluster, namespace, kinds.Cell)).toEqual(["demo-z1"]));
}

/** Gateways that crashed before their cell was registered are replaced when it is. */
async function registerCrashingGateways(cluster: OwnCluster, namespace: string): Promise<void> {
  const crashing = (registerCell: boolean) =>
    demo(({ spec }) => {
      spec.images = { ...spec.images, multigateway: "multigres/multigres:crash" };
      for (const { spec: cell } of spec.cells) Object.assign(cell ?? {}, { topologyReconciliation: { registerCell } });
    }, namespace);
  const inBackOff = async () => {
    const labelSelector = `${labels.component}=multigateway`;
    const { items } = await cluster.api.list(kinds.Pod, { namespace, labelSelector });
    const waiting = items.filter(({ status }) =>
      status?.containerStatuses?.some(({ state }) => state?.waiting?.reason === "CrashLoopBackOff"),
    );
    expect(waiting).not.toEqual([]);
    return waiting.map(({ metadata }) => metadata?.uid);
  };
  await cluster.apply(crashing(false));
  const old = await eventually(inBackOff);
  // Ages are told in whole seconds.
  await always(inBackOff, 1_500);
  await cluster.apply(crashing(true));
  await eventually(async () => {
    const now = await inBackOff();
    expect(now.filter((uid) => old.includes(uid))).toEqual([]);
  });
}

/** Takes an object of each kind that a controller makes from its owner by its label, twice over; and asks for a second Shard where one is wanted. */
async function meddle(cluster: OwnCluster, namespace: string): Promise<void> {
  for (const kind of [...childKinds, ...workloadKinds, kinds.ConfigMap]) {
    for (const name of await oneOfEachOwnerKind(cluster, namespace, kind)) {
      await relabel(cluster, kind, { namespace, name });
      await relabel(cluster, kind, { namespace, name });
    }
  }
  const clusterController = cluster.operator.controllers.get("cluster-controller");
  await clusterController?.stop();
  const tableGroup = { namespace, name: "tiny-db-default" };
  await cluster.api.mergePatch(kinds.TableGroup, tableGroup, { spec: { partitioning: { shards: 2 } } });
  await eventually(async () => {
    expect(await namesOf(cluster, namespace, kinds.Shard)).toContain("tiny-db-default-1");
  });
  await cluster.operator.start("cluster-controller");
  await eventually(async () => {
    expect(await namesOf(cluster, namespace, kinds.Shard)).not.toContain("tiny-db-default-1");
  });
  await settled(cluster, namespace);
}

async function oneOfEachOwnerKind({ api }: OwnCluster, namespace: string, kind: ResourceKind): Promise<string[]> {
  const labelSelector = `${labels.cluster}=demo`;
  const { items } = await api.list<KubernetesObject>(kind, { namespace, labelSelector });
  const byOwner = items.map(({ metadata }) => [metadata?.ownerReferences?.[0]?.kind, metadata?.name ?? ""] as const);
  return [...new Map(byOwner).values()];
}

async function relabel(
  { api }: OwnCluster,
  kind: ResourceKind,
  key: { readonly namespace: string; readonly name: string },
): Promise<void> {
  const { metadata } = await api.get<KubernetesObject>(kind, key);
  await api.mergePatch(kind, key, { metadata: { labels: { [labels.name]: "somebody" } } });
  await eventually(async () => {
    const found = await api.get<KubernetesObject>(kind, key);
    expect(found.metadata?.labels).toEqual(metadata?.labels);
  });
}

/** Everything but the cluster stays, and is found again by the next one of the name. */
async function becomeOrphans({ kubectl, api }: OwnCluster, namespace: string): Promise<void> {
  const deleted = await kubectl(["-n", namespace, "delete", "multigrescluster", "demo", "--cascade=orphan"]);
  expect(deleted).toMatchObject({ code: 0 });
  expect((await api.list(kinds.Cell, { namespace })).items).not.toEqual([]);
}

async function namesOf({ api }: OwnCluster, namespace: string, kind: ResourceKind): Promise<string[]> {
  const labelSelector = `${labels.cluster}=demo`;
  const { items } = await api.list<KubernetesObject>(kind, { namespace, labelSelector });
  return items.map(({ metadata }) => metadata?.name ?? "");
}
