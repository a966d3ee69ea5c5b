import { annotations } from "@multigres/api-types";
import { kinds, type ResourceKind } from "@multigres/controller-kit";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { hasBecome } from "../support/inventory.ts";
import { childKinds, idOf, objects } from "../support/objects.ts";
import { condition } from "../support/observing.ts";
import { writesFromNow } from "../support/writes.ts";

const cluster = sharedCluster();
const tree = [kinds.MultigresCluster, ...childKinds];

async function pausedObjects(namespace: string): Promise<Record<string, string | undefined>> {
  const found = await objects(cluster, namespace, tree);
  return Object.fromEntries(found.map((object) => [idOf(object), condition(object, "Paused")?.status]));
}

const setPause = (namespace: string, kind: ResourceKind, name: string, value: "true" | null) =>
  cluster.api.mergePatch(kind, { namespace, name }, { metadata: { annotations: { [annotations.paused]: value } } });

const everyone = (status: string | undefined) => ({
  "MultigresCluster small": status,
  "TopoServer small-global": status,
  "Cell small-z1": status,
  "TableGroup db-default": status,
  "Shard db-default-0": status,
});

/** The tests share a cluster, and each begins with all of it as `small` wants it. */
describe("the pause annotation", () => {
  let namespace: string;

  beforeAll(async () => {
    namespace = await cluster.namespace("pause");
  });
  beforeEach(async () => {
    await cluster.apply(small(namespace));
    await hasBecome(cluster, namespace, {});
  });

  it("case 72: stops spec changes of the whole tree while status keeps moving; taking it away applies everything", async () => {
    const { metadata } = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });

    await setPause(namespace, kinds.MultigresCluster, "small", "true");
    await eventually(async () => expect(await pausedObjects(namespace)).toEqual(everyone("True")));

    const writes = writesFromNow(cluster, namespace);
    await cluster.apply(small(namespace, { gateways: 3, pods: 3 }));
    await eventually(async () => {
      const paused = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
      expect(paused.status?.observedGeneration).toBe(metadata.generation);
      expect(condition(paused, "Progressing")).toMatchObject({ status: "True", reason: "PausedByAnnotation" });
    });
    const gateway = { namespace, name: "small-z1-gateway" };
    await cluster.api.mergePatch(kinds.Deployment, gateway, { spec: { replicas: 0 } });
    await eventually(async () => {
      const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
      expect(found.status?.cells?.["z1"]?.gatewayAvailable).toBe("False");
    });
    // Below, too, nothing that somebody changes is followed; a cell says so by the generation that it speaks of.
    const cell = { namespace, name: "small-z1" };
    await cluster.api.mergePatch(kinds.Cell, cell, { spec: { multiGateway: { replicas: 7 } } });
    await eventually(async () => {
      expect(condition(await cluster.api.get(kinds.Cell, cell), "Progressing")?.reason).toBe("PausedByAnnotation");
    });
    expect(writes().filter(({ byOperator, resource }) => byOperator && !/\/status$|^events$/.test(resource))).toEqual(
      [],
    );

    await setPause(namespace, kinds.MultigresCluster, "small", null);
    await hasBecome(cluster, namespace, { gateways: 3, pods: 3 });
    await eventually(async () => expect(await pausedObjects(namespace)).toEqual(everyone(undefined)));
  });

  it("that a person set on a child holds that child alone, and isn't stripped by its owner", async () => {
    await setPause(namespace, kinds.Cell, "small-z1", "true");
    await cluster.apply(small(namespace, { gateways: 2, pods: 3 }));
    await eventually(async () => {
      const { items } = await cluster.api.list(kinds.StatefulSet, { namespace });
      expect(items.map(({ spec }) => spec?.replicas)).toContain(3);
      expect((await cluster.api.get(kinds.Cell, { namespace, name: "small-z1" })).spec.multiGateway.replicas).toBe(2);
    });
    await eventually(async () => {
      const cell = await cluster.api.get(kinds.Cell, { namespace, name: "small-z1" });
      expect(condition(cell, "Progressing")?.reason).toBe("PausedByAnnotation");
      expect(await pausedObjects(namespace)).toEqual({ ...everyone(undefined), "Cell small-z1": "True" });
    });
    const gateway = await cluster.api.get(kinds.Deployment, { namespace, name: "small-z1-gateway" });
    expect(gateway.spec?.replicas).toBe(1);
    await setPause(namespace, kinds.Cell, "small-z1", null);
    await hasBecome(cluster, namespace, { gateways: 2, pods: 3 });
  });
});
