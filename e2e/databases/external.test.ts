import type { MultigresCluster } from "@multigres/api-types";
import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { condition, eventsOn, settled } from "../support/observing.ts";
import { plant, stored } from "../support/topology.ts";
import { type Etcd, startEtcd } from "../topology/etcd.ts";

const cluster = sharedCluster();
/** Somebody else's, that may go away. */
let etcd: Etcd;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.stop());

const finalizer = "multigres.com/topology-records";
const about = { kind: "MultigresCluster", name: "small" };

function external(namespace: string, { address = etcd.address, pods = 2 } = {}): MultigresCluster {
  const made = small(namespace, { pods });
  made.spec.globalTopoServer = { rootPath: `/${namespace}/global`, external: { address } };
  return made;
}

const root = (namespace: string) => cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
const keys = async (namespace: string) => Object.keys(await stored(etcd.address, `/${namespace}/`));

const made: readonly ResourceKind[] = [
  kinds.MultigresCluster,
  kinds.Cell,
  kinds.TableGroup,
  kinds.Shard,
  kinds.StatefulSet,
  kinds.Deployment,
];

async function remains(namespace: string): Promise<string[]> {
  const lists = await Promise.all(
    made.map(async (kind) => (await cluster.api.list<KubernetesObject>(kind, { namespace })).items),
  );
  return lists.flatMap((items, index) => items.map(({ metadata }) => `${made[index]?.kind} ${metadata?.name}`));
}

async function whenGone(namespace: string): Promise<void> {
  // The cluster itself goes last: before that, the rest needn't be asked for.
  await eventually(async () => {
    expect((await cluster.api.list(kinds.MultigresCluster, { namespace })).items).toEqual([]);
  });
  await eventually(async () => expect(await remains(namespace)).toEqual([]));
}

/** The tests share a namespace; the last one deletes the cluster. */
describe("an external topology server", () => {
  let namespace: string;

  beforeAll(async () => {
    namespace = await cluster.namespace("external");
  });

  it("keeps its records when the cluster's objects are orphaned, and is found again by the next one of the name", async () => {
    await cluster.apply(external(namespace));
    await settled(cluster, namespace, "small");
    const before = await keys(namespace);
    const shards = await cluster.api.list(kinds.Shard, { namespace });
    const args = ["-n", namespace, "delete", "multigrescluster", "small", "--cascade=orphan", "--timeout=120s"];
    expect(await cluster.kubectl(args)).toMatchObject({ code: 0 });
    expect(await keys(namespace)).toEqual(before);
    await eventually(async () =>
      expect(await eventsOn(cluster, namespace, about, "RecordsKept")).toMatchObject([{ type: "Normal" }]),
    );
    await cluster.apply(external(namespace));
    await settled(cluster, namespace, "small");
    expect(await keys(namespace)).toEqual(before);
    const after = await cluster.api.list(kinds.Shard, { namespace });
    expect(after.items.map(({ metadata }) => metadata.uid)).toEqual(shards.items.map(({ metadata }) => metadata.uid));
  });

  it("is used as it is, called available when it answers, and cleaned when the cluster is deleted", async () => {
    await cluster.apply(external(namespace));
    const found = await settled(cluster, namespace, "small");
    expect(found.metadata.finalizers).toEqual([finalizer]);
    expect(found.status).toMatchObject({
      globalTopoServer: { etcd: { available: "True" } },
      cells: { z1: { topoServerAvailable: "True" } },
      externalTopologies: [{ address: etcd.address, rootPath: `/${namespace}/global` }],
    });
    expect(await keys(namespace)).toEqual(
      expect.arrayContaining(["global/cells/z1/Cell", "global/databases/db/Database"]),
    );
    const claim = "global/databases/db/default/0-inf/ShardInitClaim";
    await plant(etcd.address, `/${namespace}/${claim}`, Buffer.from("orch-0"));

    await cluster.api.delete(kinds.MultigresCluster, { namespace, name: "small" });
    await whenGone(namespace);
    // It belongs to the data, and the volumes stay.
    expect(await keys(namespace)).toEqual([claim]);
    const { items } = await cluster.api.list(kinds.PersistentVolumeClaim, { namespace });
    expect(items.map(({ metadata }) => metadata?.name).filter((name) => name?.startsWith("data-"))).toHaveLength(2);
  });
});

it("is cleaned when the whole namespace goes", async () => {
  const namespace = await cluster.namespace("nsgone");
  await cluster.apply(external(namespace));
  await settled(cluster, namespace, "small");
  expect(await keys(namespace)).toEqual(
    expect.arrayContaining(["global/cells/z1/Cell", "global/databases/db/Database"]),
  );
  const args = ["delete", "namespace", namespace, "--timeout=240s"];
  expect(await cluster.kubectl(args)).toMatchObject({ code: 0 });
  expect(await keys(namespace)).toEqual([]);
});

it("is left for a managed one and back again: records are where the spec says, and nowhere else", async () => {
  const namespace = await cluster.namespace("moving");
  const databases = async () => ({
    external: (await keys(namespace)).filter((key) => key.endsWith("/Database")),
    managed: Object.keys(
      await stored(cluster.topology, `/small-global-client.${namespace}.svc/multigres/global/databases/`),
    ),
  });
  const claims = async () =>
    (await cluster.api.list(kinds.PersistentVolumeClaim, { namespace })).items.map(({ metadata }) => metadata?.name);
  // Without pods of the pool, so that nothing has to be restarted.
  await cluster.apply(external(namespace, { pods: 0 }));
  await eventually(async () => expect((await databases()).external).toEqual(["global/databases/db/Database"]));

  await cluster.apply(small(namespace, { pods: 0 }));
  await eventually(async () => {
    expect(await databases()).toEqual({ external: [], managed: ["db/Database"] });
    expect(await keys(namespace)).toEqual([]);
    expect((await root(namespace)).metadata.finalizers ?? []).toEqual([]);
    expect((await root(namespace)).status).not.toHaveProperty("externalTopologies");
    // Nothing else waits for the managed etcd: tests keep its records elsewhere.
    expect(await claims()).toContain("data-small-global-0");
  });

  await cluster.apply(external(namespace, { pods: 0 }));
  await eventually(async () => {
    expect((await databases()).external).toEqual(["global/databases/db/Database"]);
    expect((await cluster.api.list(kinds.TopoServer, { namespace })).items).toEqual([]);
    expect((await root(namespace)).metadata.finalizers).toEqual([finalizer]);
  });
  expect(await claims()).toContain("data-small-global-0");
});

it("that doesn't answer is told, holds up a deletion for two minutes and no longer, and an annotation ends that at once", async () => {
  // Nothing listens there.
  const unreachable = (namespace: string) => external(namespace, { address: "127.0.0.1:1", pods: 0 });
  const [waits, skips] = [await cluster.namespace("deadline"), await cluster.namespace("skip")];
  await cluster.apply(unreachable(waits), unreachable(skips));
  for (const namespace of [waits, skips]) {
    await eventually(async () => {
      const found = await root(namespace);
      expect(condition(found, "Registered")).toMatchObject({ status: "Unknown", reason: "TopologyUnreachable" });
      expect(found.status?.globalTopoServer?.etcd.available).toBe("False");
      expect(found.metadata.finalizers).toEqual([finalizer]);
    });
  }
  await cluster.api.delete(kinds.MultigresCluster, { namespace: waits, name: "small" });
  await cluster.api.delete(kinds.MultigresCluster, { namespace: skips, name: "small" });
  // The children don't wait for that, only the cluster itself.
  for (const namespace of [waits, skips]) {
    await eventually(async () => expect(await remains(namespace)).toEqual(["MultigresCluster small"]), 100_000);
  }
  await cluster.api.mergePatch(
    kinds.MultigresCluster,
    { namespace: skips, name: "small" },
    { metadata: { annotations: { "multigres.com/skip-topology-cleanup": "true" } } },
  );
  await whenGone(skips);
  expect(await remains(waits)).toEqual(["MultigresCluster small"]);
  const told = async (namespace: string, reason: string) =>
    (await eventsOn(cluster, namespace, about, reason)).map(({ type, note }) => `${type} ${note}`);
  const place = (namespace: string) => `/${namespace}/global at 127.0.0.1:1`;
  await eventually(async () =>
    expect(await told(skips, "CleanupSkipped")).toEqual([expect.stringContaining(place(skips))]),
  );

  await whenGone(waits);
  await eventually(async () => {
    const found = await told(waits, "CleanupTimedOut");
    expect(found).toEqual([
      expect.stringMatching(/^Warning Records of the cluster stay in etcd under .*the connection is refused/),
    ]);
    expect(found).toEqual([expect.stringContaining(place(waits))]);
  });
});
