import { type KubernetesObject, kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { demo, std } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually, still } from "../support/eventually.ts";
import { childKinds, idOf, objects, workloadKinds } from "../support/objects.ts";
import { settled, versions } from "../support/observing.ts";
import { unchangedDemo } from "../support/unchanged.ts";
import { writesFromRest } from "../support/writes.ts";

const cluster = sharedCluster();

describe("the tree", () => {
  it("case 32: consists of exactly the wanted children, each controlled by the right parent", async () => {
    const namespace = await unchangedDemo(cluster);
    const found = await objects(cluster, namespace, childKinds);
    const topoServers = found.filter(({ kind }) => kind === "TopoServer").map(idOf);
    const local = topoServers.find((id) => id !== "TopoServer demo-global");
    expect(local).toMatch(/^TopoServer demo-z2-/);

    const parents = {
      "TopoServer demo-global": "MultigresCluster demo",
      [`${local}`]: "Cell demo-z2",
      "Cell demo-z1": "MultigresCluster demo",
      "Cell demo-z2": "MultigresCluster demo",
      "TableGroup prod-db-default": "MultigresCluster demo",
      "TableGroup tiny-db-default": "MultigresCluster demo",
      "Shard prod-db-default-0": "TableGroup prod-db-default",
      "Shard tiny-db-default-0": "TableGroup tiny-db-default",
    };
    expect(found.map(idOf).sort()).toEqual(Object.keys(parents).sort());

    const uids = new Map(
      [...found, await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" })].map((object) => [
        idOf(object),
        object.metadata?.uid,
      ]),
    );
    for (const object of found) {
      const parent = parents[idOf(object)] ?? "";
      const [kind, name] = parent.split(" ");
      expect({ child: idOf(object), owners: object.metadata?.ownerReferences }).toEqual({
        child: idOf(object),
        owners: [
          {
            apiVersion: "multigres.com/v1alpha1",
            kind,
            name,
            uid: uids.get(parent),
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      });
    }
  });

  it("case 33: children carry the labels of their identity and the resolved fields of the spec", async () => {
    const namespace = await unchangedDemo(cluster);
    const labelsOf = Object.fromEntries(
      (await objects(cluster, namespace, childKinds)).map((each) => [idOf(each), each.metadata?.labels]),
    );
    const of = { "multigres.com/cluster": "demo" };
    expect(labelsOf).toMatchObject({
      "TopoServer demo-global": { ...of, "multigres.com/topo-scope": "global" },
      "Cell demo-z1": { ...of, "multigres.com/cell": "z1" },
      "Cell demo-z2": { ...of, "multigres.com/cell": "z2" },
      "TableGroup prod-db-default": { ...of, "multigres.com/database": "prod_db" },
      "TableGroup tiny-db-default": { ...of, "multigres.com/database": "tiny_db" },
      "Shard prod-db-default-0": { ...of, "multigres.com/database": "prod_db", "multigres.com/shard": "0" },
      "Shard tiny-db-default-0": { ...of, "multigres.com/database": "tiny_db", "multigres.com/shard": "0" },
    });
    const { items: local } = await cluster.api.list(kinds.TopoServer, {
      namespace,
      labelSelector: "multigres.com/cluster=demo,multigres.com/cell=z2,multigres.com/topo-scope=cell",
    });
    expect(local).toHaveLength(1);

    const cell = await cluster.api.get(kinds.Cell, { namespace, name: "demo-z1" });
    expect(cell.spec).toMatchObject({
      name: "z1",
      zone: "z1",
      images: { multigateway: "multigres/multigres:latest" },
      multiGateway: { replicas: 2, resources: { requests: { cpu: "500m", memory: "512Mi" } } },
      globalTopoServer: { rootPath: "/multigres/global", clientServiceName: "demo-global-client" },
      topoServer: {},
      allCells: ["z1", "z2"],
    });
    const tableGroup = await cluster.api.get(kinds.TableGroup, { namespace, name: "prod-db-default" });
    expect(tableGroup.spec).toMatchObject({
      images: { multipooler: "multigres/multigres:latest", postgres: "postgres:15.3" },
      partitioning: { shards: 1 },
      shardTemplate: { pools: std().spec.pools },
    });
    const topoServer = await cluster.api.get(kinds.TopoServer, { namespace, name: "demo-global" });
    expect(topoServer.spec).toMatchObject({
      rootPath: "/multigres/global",
      image: "quay.io/coreos/etcd:v3.5.17",
      replicas: 3,
    });
  });

  it("case 39: the same cluster in two namespaces doesn't interfere", async () => {
    const one = await cluster.namespace("case39");
    await cluster.apply(std(undefined, one), demo(undefined, one));
    const other = await unchangedDemo(cluster);
    await settled(cluster, one);
    const all = [kinds.MultigresCluster, ...childKinds, ...workloadKinds, kinds.Pod, kinds.PersistentVolumeClaim];
    const names = async (namespace: string) =>
      (await objects(cluster, namespace, all)).filter(notOfReplicaSets).map(idOf).sort();
    expect(await names(one)).toEqual(await names(other));

    const writes = await writesFromRest(cluster, other);
    const before = await versions(cluster, other, ...all);
    await cluster.apply(
      demo(({ spec }) => {
        spec.images = { ...spec.images, multigateway: "multigres/multigres:next" };
        spec.databases = spec.databases?.filter(({ name }) => name === "prod_db");
      }, one),
    );
    await cluster.api.delete(kinds.Cell, { namespace: one, name: "demo-z1" });
    await settled(cluster, one);
    await eventually(async () => {
      const left = (await objects(cluster, one, [kinds.TableGroup, kinds.Shard])).map(idOf);
      expect(left).toEqual(["TableGroup prod-db-default", "Shard prod-db-default-0"]);
    });
    await still(() => expect(writes().filter(({ byOperator }) => byOperator)).toEqual([]));
    expect(await versions(cluster, other, ...all)).toEqual(before);
  });
});

/** Pods of Deployments have names by chance. */
function notOfReplicaSets({ metadata }: KubernetesObject): boolean {
  return !metadata?.ownerReferences?.some(({ kind }) => kind === "ReplicaSet");
}
