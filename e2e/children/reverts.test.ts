import type { Shard, TopoServer } from "@multigres/api-types";
import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { testStartAnnotation } from "@multigres/tools/control-plane";
import { beforeAll, describe, expect, it } from "vitest";
import { leanDemo, leanStd } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { always, eventually } from "../support/eventually.ts";
import { childKinds, idOf, objects } from "../support/objects.ts";
import { condition, oneWarning, settled } from "../support/observing.ts";
import { writesFromNow } from "../support/writes.ts";

const cluster = sharedCluster();

/** The tests share a cluster: each begins with all children as their parents want them, the first two with children that nobody has edited. */
describe("an edit of a child", () => {
  let namespace: string;

  beforeAll(async () => {
    namespace = await cluster.namespace("reverts");
    const twoGateways = leanDemo(({ spec }) => {
      // A hundred gateways take some time to start anywhere else; kwok would have them ready at once.
      const podAnnotations = { [testStartAnnotation]: "5s" };
      Object.assign(spec.cells[0]?.spec?.multiGateway ?? {}, { static: { replicas: 2 }, podAnnotations });
    }, namespace);
    await cluster.apply(leanStd(undefined, namespace), twoGateways);
    await settled(cluster, namespace);
  });

  it("case 34: of a Cell's gateways is put back, and the Deployment never settles at it", async () => {
    const cell = { namespace, name: "demo-z1" };
    const before = await cluster.api.get(kinds.Cell, cell);
    const deployments = await cluster.history(kinds.Deployment, namespace);

    await cluster.api.mergePatch(kinds.Cell, cell, { spec: { multiGateway: { replicas: 100 } } });
    await eventually(() =>
      always(async () => {
        expect((await cluster.api.get(kinds.Cell, cell)).spec).toEqual(before.spec);
        const { spec, status } = await cluster.api.get(kinds.Deployment, { namespace, name: "demo-z1-gateway" });
        expect({ wanted: spec?.replicas, current: status?.replicas, ready: status?.readyReplicas }).toEqual({
          wanted: 2,
          current: 2,
          ready: 2,
        });
      }),
    );
    deployments.stop();
    // For a moment the Deployment may follow the edit; it must not get there.
    expect(
      deployments.versions.filter(({ spec, status }) => spec?.replicas === 100 && status?.readyReplicas === 100),
    ).toEqual([]);
    const event = await oneWarning(cluster, namespace, { kind: "Cell", name: "demo-z1" }, "Reverted");
    expect(event?.note).toMatch(/multiGateway\.replicas.*multigres-test.*edit MultigresCluster demo/i);
  });

  it("case 35: of a Shard, TableGroup or TopoServer is put back by its parent's controller", async () => {
    const local = await localTopoServer(namespace);
    await putBack(namespace, kinds.Shard, "prod-db-default-0", "tablegroup-controller", ({ spec }) => ({
      pools: spec.pools.map((pool, index) => (index === 0 ? { ...pool, replicas: 5 } : pool)),
    }));
    await putBack(namespace, kinds.TableGroup, "prod-db-default", "cluster-controller", ({ spec }) => ({
      shardTemplate: { pools: spec.shardTemplate.pools.slice(1) },
    }));
    await putBack(namespace, kinds.TopoServer, "demo-global", "cluster-controller", () => ({ replicas: 5 }));
    await putBack(namespace, kinds.TopoServer, local, "cell-controller", () => ({ replicas: 3 }));

    await childrenSettled(namespace);
    const { status } = await settled(cluster, namespace);
    expect(status?.databases?.["prod_db"]).toMatchObject({ desiredInstances: 2, readyInstances: 2 });
  });

  it("that adds what the parent doesn't write is removed, whoever added it and however", async () => {
    const shard = { namespace, name: "prod-db-default-0" };
    const before = await cluster.api.get(kinds.Shard, shard);
    const toleration = { key: "added", operator: "Exists" };
    const added: unknown = {
      apiVersion: "multigres.com/v1alpha1",
      kind: "Shard",
      metadata: shard,
      spec: { pools: [{ type: "replica", cell: "z1", tolerations: [toleration] }] },
    };
    const edited = await cluster.api.apply(kinds.Shard, added as Shard, "somebody");
    expect(edited.spec.pools[0]?.tolerations).toEqual([toleration]);
    await eventually(async () => {
      const { metadata, spec } = await cluster.api.get(kinds.Shard, shard);
      expect(metadata.generation).toBeGreaterThan(edited.metadata.generation ?? 0);
      expect(spec).toEqual(before.spec);
    });
    await cluster.api.mergePatch(kinds.Shard, shard, {
      metadata: { labels: { "multigres.com/database": null, team: "a" }, annotations: { note: "b" } },
    });
    await eventually(async () => {
      const { metadata } = await cluster.api.get(kinds.Shard, shard);
      expect(metadata.labels).toEqual({ ...before.metadata.labels, team: "a" });
      expect(metadata.annotations).toMatchObject({ note: "b" });
    });
  });

  it("that removes a pool from a Shard or a TableGroup leaves its StatefulSet and its pods until it is put back", async () => {
    // Pods that followed the edit of another test may still be on their way.
    await childrenSettled(namespace);
    const before = await running(namespace);
    const statefulSets = await cluster.history(kinds.StatefulSet, namespace);

    const shard = { namespace, name: "prod-db-default-0" };
    const tableGroup = { namespace, name: "prod-db-default" };
    const { spec } = await cluster.api.get(kinds.Shard, shard);
    const pools = spec.pools.slice(1);
    for (let round = 0; round < 5; round++) {
      await cluster.api.mergePatch(kinds.Shard, shard, { spec: { pools } });
      await cluster.api.mergePatch(kinds.TableGroup, tableGroup, { spec: { shardTemplate: { pools } } });
      await eventually(async () => expect((await cluster.api.get(kinds.Shard, shard)).spec).toEqual(spec));
    }
    await childrenSettled(namespace);
    await settled(cluster, namespace);
    statefulSets.stop();
    expect(statefulSets.versions.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined)).toEqual([]);
    expect(await running(namespace)).toEqual(before);
  });
});

/** Waits until each child itself is at rest: that one was edited and put back, its parents hear of later. */
async function childrenSettled(namespace: string): Promise<void> {
  await eventually(async () => {
    for (const child of await objects(cluster, namespace, childKinds)) {
      expect(condition(child, "Progressing"), idOf(child)).toMatchObject({
        status: "False",
        observedGeneration: child.metadata?.generation,
      });
    }
  });
}

async function localTopoServer(namespace: string): Promise<string> {
  const { items } = await cluster.api.list<TopoServer>(kinds.TopoServer, {
    namespace,
    labelSelector: "multigres.com/cell=z2",
  });
  return items[0]?.metadata.name ?? "";
}

/** Name and UID of every StatefulSet and pod. */
async function running(namespace: string): Promise<string[]> {
  const lists = await Promise.all([
    cluster.api.list(kinds.StatefulSet, { namespace }),
    cluster.api.list(kinds.Pod, { namespace }),
  ]);
  return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata?.name} ${metadata?.uid}`)).sort();
}

/** Changes a child's spec and waits until it is as it was, by the hand of the named controller. */
async function putBack<T extends KubernetesObject & { spec: object }>(
  namespace: string,
  kind: ResourceKind<T>,
  name: string,
  by: string,
  edit: (object: T) => object,
): Promise<void> {
  const before = await cluster.api.get(kind, { namespace, name });
  const writes = writesFromNow(cluster, namespace);
  const edited = await cluster.api.mergePatch(kind, { namespace, name }, { spec: edit(before) });
  expect(edited.metadata?.generation, "the edit was one").toBe((before.metadata?.generation ?? 0) + 1);
  await eventually(async () => {
    expect((await cluster.api.get(kind, { namespace, name })).spec).toEqual(before.spec);
  });
  // The API server writes its audit log a moment after it has answered.
  await eventually(() => {
    const written = writes().filter((write) => write.resource === kind.plural && write.name === name);
    expect(written.map((write) => `${write.verb} by ${write.by}`)).toEqual(["patch by admin", `update by ${by}`]);
  });
  await oneWarning(cluster, namespace, { kind: kind.kind, name }, "Reverted");
}
