import type { Cell } from "@multigres/api-types";
import { type KubernetesObject, kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { leanDemo, leanStd } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { always, eventually } from "../support/eventually.ts";
import { condition, oneWarning, settled } from "../support/observing.ts";
import { writesFromNow } from "../support/writes.ts";

const cluster = sharedCluster();

/** A Cell of the name that `demo` wants for `z1`, controlled by somebody's ConfigMap. */
async function strangersCell(namespace: string): Promise<KubernetesObject> {
  const owner = await cluster.api.create(kinds.ConfigMap, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace, name: "somebody" },
  });
  const cell: Cell = {
    apiVersion: "multigres.com/v1alpha1",
    kind: "Cell",
    metadata: {
      namespace,
      name: "demo-z1",
      labels: { team: "a" },
      ownerReferences: [
        { apiVersion: "v1", kind: "ConfigMap", name: "somebody", uid: owner.metadata?.uid ?? "", controller: true },
      ],
    },
    spec: {
      cluster: { name: "other", uid: "0" },
      name: "z1",
      images: { multigateway: "example.com/other" },
      multiGateway: { replicas: 1 },
      globalTopoServer: { rootPath: "/other", address: "etcd.other:2379" },
      topoServer: {},
      allCells: ["z1"],
    },
  };
  return cluster.api.create(kinds.Cell, cell);
}

describe("a wanted name that is somebody else's", () => {
  it("case 38: is neither adopted nor edited: a condition says so, everything else goes on, and it heals", async () => {
    const namespace = await cluster.namespace("case38");
    const { metadata, spec } = (await strangersCell(namespace)) as Cell;
    const writes = writesFromNow(cluster, namespace);
    await cluster.apply(leanStd(undefined, namespace), leanDemo(undefined, namespace));

    const found = await eventually(async () => {
      const current = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
      expect(condition(current, "NameConflict")).toMatchObject({ status: "True", reason: "NameConflict" });
      expect(current.status).toMatchObject({
        globalTopoServer: { etcd: { available: "True" } },
        cells: { z2: { gatewayAvailable: "True", topoServerAvailable: "True" } },
        databases: { prod_db: { readyInstances: 2 }, tiny_db: { readyInstances: 2 } },
        multiadmin: { available: "True" },
        multiorch: { available: "True" },
      });
      return current;
    });
    expect(condition(found, "NameConflict")?.message).toMatch(/Cell demo-z1 .*ConfigMap somebody/);
    expect(condition(found, "Available")).toMatchObject({ status: "False" });
    expect(condition(found, "Stalled")).toMatchObject({ status: "True", reason: "NameConflict" });
    expect(found.status?.cells?.["z1"]?.gatewayAvailable).not.toBe("True");
    await always(async () => {
      const cell = await cluster.api.get(kinds.Cell, { namespace, name: "demo-z1" });
      const { labels, ownerReferences, generation, uid } = cell.metadata;
      expect({ labels, ownerReferences, generation, uid, spec: cell.spec }).toEqual({
        labels: metadata.labels,
        ownerReferences: metadata.ownerReferences,
        generation: metadata.generation,
        uid: metadata.uid,
        spec,
      });
    });
    expect(writes().filter(({ by, name }) => by === "cluster-controller" && name === "demo-z1")).toEqual([]);
    const root = { kind: "MultigresCluster", name: "demo" };
    await oneWarning(cluster, namespace, root, "NameConflict");

    await cluster.api.delete(kinds.Cell, { namespace, name: "demo-z1" });
    const healed = await settled(cluster, namespace);
    expect(condition(healed, "NameConflict")).toBeUndefined();
    expect(healed.status?.cells?.["z1"]).toMatchObject({ gatewayAvailable: "True" });
    expect(healed.metadata.generation).toBe(1);
  });
});
