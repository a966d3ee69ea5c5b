import type { OwnerReference } from "@multigres/api-types";
import type { KubernetesObject } from "@multigres/controller-kit";
import { storesWith, watchOf } from "@multigres/controller-kit/testing";
import { describe, expect, test } from "vitest";
import { topoController } from "./definition.ts";
import { memberBudget } from "./resources/disruption-budget.ts";
import { memberStatefulSet, wantedDataClaim } from "./resources/statefulset.ts";
import { observe } from "./observe.ts";
import { aPod, aTopoServer, now } from "./testing/builders.ts";

const topoServer = aTopoServer();
const { name, namespace } = topoServer.metadata;

function live(
  object: KubernetesObject,
  uid: string,
  owner?: Pick<OwnerReference, "kind" | "name" | "uid">,
): KubernetesObject {
  const ownerReferences = owner
    ? [{ apiVersion: "apps/v1", controller: true, ...owner }]
    : object.metadata?.ownerReferences;
  return { ...object, metadata: { ...object.metadata, uid, ownerReferences } };
}

const statefulSet = live(memberStatefulSet(topoServer, wantedDataClaim(topoServer)), "sts-uid");
const budget = live(memberBudget(topoServer) ?? {}, "pdb-uid");

function member(ordinal: number, uid = "sts-uid"): KubernetesObject {
  const owner = { kind: "StatefulSet", name, uid };
  return live(
    { kind: "Pod", ...aPod(`${name}-${ordinal}`), metadata: { name: `${name}-${ordinal}`, namespace } },
    `pod-${ordinal}`,
    owner,
  );
}

describe("what is observed of a TopoServer", () => {
  test("is what it controls, and the pods of its StatefulSet", () => {
    const seen = observe(topoServer, storesWith(topoController, statefulSet, budget, member(0), member(1)));
    expect(seen.statefulSet?.metadata?.uid).toBe("sts-uid");
    expect(seen.pods.map(({ metadata }) => metadata?.name)).toEqual([`${name}-0`, `${name}-1`]);
    expect(seen.disruptionBudgets).toHaveLength(1);
  });

  test("isn't what others control, whatever its name and labels", () => {
    const stranger = live(statefulSet, "other-sts", { kind: "TopoServer", name: "other", uid: "other-uid" });
    const seen = observe(topoServer, storesWith(topoController, stranger, member(0, "other-sts")));
    expect(seen.statefulSet).toBeUndefined();
    expect(seen.pods).toEqual([]);
  });

  test("is its members while their StatefulSet is being made again, and no other pods without controller", () => {
    const orphan = (podName: string) => ({ kind: "Pod", metadata: { name: podName, namespace } });
    const { pods } = observe(topoServer, storesWith(topoController, orphan(`${name}-1`), orphan("p")));
    expect(pods.map(({ metadata }) => metadata?.name)).toEqual([`${name}-1`]);
  });

  test("is the volumes of its members", () => {
    const claim = (claimName: string) => ({ kind: "PersistentVolumeClaim", metadata: { name: claimName, namespace } });
    const stores = storesWith(topoController, claim(`data-${name}-0`), claim(`data-${name}-3`), claim("data-other-0"));
    expect(observe(topoServer, stores).claims.map(({ metadata }) => metadata?.name)).toEqual([`data-${name}-0`]);
  });
});

describe("watches", () => {
  test("a member wakes the TopoServer of its StatefulSet's name", () => {
    const wakes = watchOf(topoController, "Pod").wakes;
    expect(wakes?.(member(0), storesWith(topoController))).toEqual([`${namespace}/${name}`]);
    expect(wakes?.({ metadata: { name: "p", namespace } }, storesWith(topoController))).toEqual([]);
  });

  test("a volume wakes the TopoServer whose members' name it carries", () => {
    const wakes = watchOf(topoController, "PersistentVolumeClaim").wakes;
    expect(wakes?.({ metadata: { name: `data-${name}-0`, namespace } }, storesWith(topoController))).toEqual([
      `${namespace}/${name}`,
    ]);
    expect(wakes?.({ metadata: { name: "p", namespace } }, storesWith(topoController))).toEqual([]);
  });

  test("keep only our etcd workloads in caches", () => {
    for (const { labelSelector } of topoController.watches) {
      expect(labelSelector).toBe(
        "app.kubernetes.io/component=toposerver,app.kubernetes.io/managed-by=multigres-operator",
      );
    }
  });
});

describe("parse", () => {
  test("gives the object itself, with fields that it doesn't know", () => {
    const newer = { ...topoServer, spec: { ...topoServer.spec, future: true } };
    const parsed = topoController.parse(newer);
    expect(parsed.ok && parsed.value).toBe(newer);
  });

  test("names the fields of an object that can't be read, and its status tells them", () => {
    const broken = { ...topoServer, spec: { ...topoServer.spec, replicas: "three" } } as unknown as KubernetesObject;
    const parsed = topoController.parse(broken);
    const message = parsed.ok ? "" : parsed.message;
    expect(message).toMatch(/^spec\.replicas: /);
    const status = topoController.malformed(broken as typeof topoServer, message, { now, settings: {} });
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: "Stalled", status: "True", message }));
  });
});
