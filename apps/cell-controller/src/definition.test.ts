import type { OwnerReference } from "@multigres/api-types";
import type { KubernetesObject } from "@multigres/controller-kit";
import { storesWith, watchOf } from "@multigres/controller-kit/testing";
import { describe, expect, test } from "vitest";
import { cellController } from "./definition.ts";
import { gatewayDeployment } from "./resources/gateway-deployment.ts";
import { gatewayDisruptionBudget } from "./resources/gateway-disruption-budget.ts";
import { aCell, aCellWithTopoServer, aLiveTopoServer, now } from "./testing/builders.ts";

const cell = aCell();
const { name, namespace } = cell.metadata;

function live(
  object: KubernetesObject,
  uid: string,
  owner?: Pick<OwnerReference, "kind" | "name" | "uid">,
): KubernetesObject {
  const ownerReferences = owner ? [{ apiVersion: "v1", controller: true, ...owner }] : object.metadata?.ownerReferences;
  return { ...object, metadata: { ...object.metadata, uid, ownerReferences } };
}

const deployment = live(gatewayDeployment(cell), "deployment-uid");
const budget = live(gatewayDisruptionBudget(cell) ?? {}, "pdb-uid");

/** A gateway pod: its controller is a ReplicaSet, so only labels tell its cell. */
function gatewayPod(podName: string, of = cell): KubernetesObject {
  const labels = gatewayDeployment(of).spec?.template.metadata?.labels;
  const pod = { kind: "Pod", metadata: { name: podName, namespace, labels } };
  return live(pod, podName, { kind: "ReplicaSet", name: "rs", uid: "rs-uid" });
}

const elsewhere = aCell({ name: "us-east-1b" });

describe("what is observed of a Cell", () => {
  test("is what it controls, and the gateway pods with its labels", () => {
    const seen = cellController.observe(
      cell,
      storesWith(cellController, deployment, budget, gatewayPod("a"), gatewayPod("b"), gatewayPod("c", elsewhere)),
    );
    expect(seen.gateway?.metadata?.uid).toBe("deployment-uid");
    expect(seen.gatewayPods.map(({ metadata }) => metadata?.name)).toEqual(["a", "b"]);
    expect(seen.disruptionBudgets).toHaveLength(1);
    expect(seen.topoServers).toEqual([]);
  });

  test("has its TopoServer in it", () => {
    const withTopo = aCellWithTopoServer();
    expect(
      cellController.observe(withTopo, storesWith(cellController, aLiveTopoServer(withTopo))).topoServers,
    ).toHaveLength(1);
  });

  test("isn't what others control, whatever its name and labels", () => {
    const owner = { kind: "Cell", name: "other", uid: "other-uid" };
    const seen = cellController.observe(
      cell,
      storesWith(cellController, live(deployment, "x", owner), live(budget, "y", owner)),
    );
    expect(seen.gateway).toBeUndefined();
    expect(seen.disruptionBudgets).toEqual([]);
  });
});

describe("watches", () => {
  const pods = watchOf(cellController, "Pod");

  test("a gateway pod wakes its Cell and no other", () => {
    const other = { ...elsewhere, metadata: { ...elsewhere.metadata, name: "other" } };
    const stores = storesWith(cellController, cell, other);
    expect(pods.wakes?.(gatewayPod("a"), stores)).toEqual([`${namespace}/${name}`]);
    expect(pods.wakes?.(gatewayPod("a", elsewhere), stores)).toEqual([`${namespace}/other`]);
    expect(pods.wakes?.({ metadata: { name: "p", namespace } }, stores)).toEqual([]);
  });

  test("of a Cell of another namespace wake nothing here", () => {
    const there = { ...cell, metadata: { ...cell.metadata, namespace: "other" } };
    expect(pods.wakes?.(gatewayPod("a"), storesWith(cellController, there))).toEqual([]);
  });

  test("keep only our gateways' workloads in caches", () => {
    for (const { kind, labelSelector } of cellController.watches) {
      expect(labelSelector).toBe(
        kind.kind === "TopoServer"
          ? undefined
          : "app.kubernetes.io/component=multigateway,app.kubernetes.io/managed-by=multigres-operator",
      );
    }
  });

  test("bear a Cell without a spec", () => {
    const bare = { kind: "Cell", metadata: { name: "bare", namespace } };
    expect(pods.wakes?.(gatewayPod("a"), storesWith(cellController, bare))).toEqual([]);
  });
});

describe("parse", () => {
  test("gives the object itself, with fields that it doesn't know", () => {
    const newer = { ...cell, spec: { ...cell.spec, future: true } };
    const parsed = cellController.parse(newer);
    expect(parsed.ok && parsed.value).toBe(newer);
  });

  test("names the fields of an object that can't be read, and its status tells them", () => {
    const broken = { ...cell, spec: { ...cell.spec, multiGateway: {} } } as unknown as KubernetesObject;
    const parsed = cellController.parse(broken);
    const message = parsed.ok ? "" : parsed.message;
    expect(message).toMatch(/^spec\.multiGateway\.replicas: /);
    const status = cellController.malformed(broken as typeof cell, message, { now, settings: {} });
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: "Stalled", status: "True", message }));
  });

  test("wants a topology server of its own to be complete", () => {
    expect(cellController.parse(aCellWithTopoServer()).ok).toBe(true);
    const managedSpec = { replicas: 1 };
    expect(cellController.parse(aCell({ topoServer: { managedSpec } }))).toEqual({
      ok: false,
      message: "spec.topoServer: rootPath, managedSpec.image, managedSpec.dataVolumeClaimTemplate must be set",
    });
  });
});
