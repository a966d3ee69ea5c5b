import type { V1PersistentVolumeClaim, V1Pod } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import { storesWith, watchOf } from "@multigres/controller-kit/testing";
import { podHealth } from "@multigres/status-kit";
import { describe, expect, test } from "vitest";
import { shardController } from "./definition.ts";
import { observe } from "./observe.ts";
import { reconcile } from "./reconcile.ts";
import { aPod, aPool, aShard, allOf, crashing, noResults, nothingOf, now, planned } from "./testing/builders.ts";

const shard = aShard();
const pod = aPod(shard, aPool(), 0);
const [claim] = planned(reconcile(nothingOf(shard), { now }), "PersistentVolumeClaim") as V1PersistentVolumeClaim[];

describe("what is observed of a Shard", () => {
  test("is everything that carries its identity, also without owner", () => {
    const { statefulSets, services, pods } = allOf(shard);
    const stores = storesWith(shardController, shard, ...statefulSets, ...services, ...pods);
    const observed = observe(shard, stores, noResults);
    expect(observed.statefulSets).toHaveLength(2);
    expect(observed.services).toHaveLength(8);
    expect(observed.pods).toHaveLength(6);
  });

  test.each<[string, Shard]>([
    ["another namespace", { ...shard, metadata: { ...shard.metadata, namespace: "t2" } }],
    ["another cluster", aShard({ cluster: { name: "other", uid: "u" } })],
    ["another database", aShard({ database: "prod-db" })],
    ["another table group", aShard({ tableGroup: "other" })],
    ["another shard", aShard({ shard: 1 })],
  ])("is nothing of %s", (_, other) => {
    const { statefulSets, services, pods } = allOf(other);
    expect(
      observe(shard, storesWith(shardController, shard, ...statefulSets, ...services, ...pods), noResults),
    ).toEqual({
      ...nothingOf(shard),
      backup: { occasion: { purpose: "growth", text: expect.stringContaining("from 0 to 3") } },
    });
  });

  test("is of a pod what its health is read from, and not the rest", () => {
    const live: V1Pod = {
      ...pod,
      ...crashing,
      metadata: { ...pod.metadata, annotations: { a: "b" } },
      spec: { containers: [{ name: "multipooler" }] },
    };
    const [observed] = observe(shard, storesWith(shardController, shard, live), noResults).pods;
    expect(observed?.spec).toBeUndefined();
    expect(observed?.metadata?.annotations).toBeUndefined();
    expect(observed?.metadata).toMatchObject(pod.metadata ?? {});
    expect(podHealth(observed ?? {})).toEqual(podHealth(live));
  });
});

describe("what wakes a Shard", () => {
  const stores = storesWith(shardController, shard, aShard({ database: "other" }));
  const wokenBy = (kind: string, object: object) => watchOf(shardController, kind).wakes?.(object, stores);

  test("is each of its pods and volumes, whoever controls them", () => {
    expect(wokenBy("Pod", pod)).toEqual(["t1/prod-db-default-0"]);
    expect(wokenBy("PersistentVolumeClaim", claim ?? {})).toEqual(["t1/prod-db-default-0"]);
  });

  test("is an object that it controls, whatever happened to its labels", () => {
    const [statefulSet] = allOf(shard).statefulSets;
    const relabelled = { ...statefulSet, metadata: { ...statefulSet?.metadata, labels: { app: "x" } } };
    expect(wokenBy("StatefulSet", relabelled)).toEqual(["t1/prod-db-default-0"]);
  });

  test("is nothing of a shard that doesn't exist", () => {
    expect(wokenBy("Pod", aPod(aShard({ shard: 7 }), aPool(), 0))).toEqual([]);
  });

  test("selects by component and operator, so that memory grows with our objects only", () => {
    for (const kind of ["StatefulSet", "Service", "PodDisruptionBudget", "ConfigMap", "Pod", "PersistentVolumeClaim"]) {
      expect(watchOf(shardController, kind).labelSelector).toBe(
        "app.kubernetes.io/component=shard-pool,app.kubernetes.io/managed-by=multigres-operator",
      );
    }
  });
});
