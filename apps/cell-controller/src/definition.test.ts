import type { OwnerReference } from "@multigres/api-types";
import type { KubernetesObject } from "@multigres/controller-kit";
import { storesWith, watchOf } from "@multigres/controller-kit/testing";
import { describe, expect, test } from "vitest";
import { cellController } from "./definition.ts";
import { gatewayDeployment } from "./resources/gateway-deployment.ts";
import { gatewayDisruptionBudget } from "./resources/gateway-disruption-budget.ts";
import { settings } from "./settings.ts";
import {
  aCell,
  aCellWithTopoServer,
  aLiveTopoServer,
  done,
  now,
  resultsWith,
  unreachable,
} from "./testing/builders.ts";

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

const none = resultsWith({});
const elsewhere = aCell({ name: "us-east-1b" });

describe("what is observed of a Cell", () => {
  test("is what it controls, and the gateway pods with its labels", () => {
    const seen = cellController.observe(
      cell,
      storesWith(cellController, deployment, budget, gatewayPod("a"), gatewayPod("b"), gatewayPod("c", elsewhere)),
      none,
    );
    expect(seen.gateway?.metadata?.uid).toBe("deployment-uid");
    expect(seen.gatewayPods.map(({ metadata }) => metadata?.name)).toEqual(["a", "b"]);
    expect(seen.disruptionBudgets).toHaveLength(1);
    expect(seen.topoServers).toEqual([]);
  });

  test("has its TopoServer in it", () => {
    const withTopo = aCellWithTopoServer();
    expect(
      cellController.observe(withTopo, storesWith(cellController, aLiveTopoServer(withTopo)), none).topoServers,
    ).toHaveLength(1);
  });

  test("is what the topology answered", () => {
    const answers = resultsWith({ record: unreachable, claim: done });
    const { registration } = cellController.observe(aCellWithTopoServer(), storesWith(cellController), answers);
    expect(registration).toMatchObject({
      claim: { state: "done" },
      whole: { state: "unreachable", message: expect.stringContaining("etcd can't be reached") },
    });
  });

  test("isn't what others control, whatever its name and labels", () => {
    const owner = { kind: "Cell", name: "other", uid: "other-uid" };
    const seen = cellController.observe(
      cell,
      storesWith(cellController, live(deployment, "x", owner), live(budget, "y", owner)),
      none,
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

  test("keep a gateway's age", () => {
    const metadata = { name: "p", namespace, creationTimestamp: "2026-11-20T10:00:00Z" };
    expect(pods.trim?.({ metadata })).toMatchObject({ metadata });
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
    const status = cellController.malformed(broken as typeof cell, message, {
      now,
      settings: settings.parse({}),
    });
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: "Stalled", status: "True", message }));
  });

  test("wants a topology server of its own to be complete", () => {
    expect(cellController.parse(aCellWithTopoServer()).ok).toBe(true);
    const managedSpec = { replicas: 1 };
    expect(cellController.parse(aCell({ topoServer: { managedSpec } }))).toEqual({
      ok: false,
      message: "spec.topoServer: rootPath, managedSpec.image, managedSpec.dataVolumeClaimTemplate must be set",
    });
    const external = { address: "etcd:2379" };
    expect(cellController.parse(aCell({ topoServer: { external } }))).toEqual({
      ok: false,
      message: "spec.topoServer: rootPath must be set",
    });
    expect(cellController.parse(aCell({ topoServer: { external: { ...external, rootPath: "/x" } } })).ok).toBe(true);
  });
});
