import { annotations } from "@multigres/api-types";
import { describe, expect, it } from "vitest";
import { kinds } from "./kinds.ts";
import { confirmedPlan, isConfirmed } from "./owner-spec.ts";
import type { Deletion, DesiredObject } from "./plan.ts";
import type { KubernetesObject, ResourceKind } from "./resource.ts";

const controlledBy = (kind: string) => [
  { apiVersion: "multigres.com/v1alpha1", kind, name: "o", uid: "u", controller: true },
];

const aChild = (kind: ResourceKind, name: string, spec: object): DesiredObject => ({
  write: "exact",
  kind,
  object: { metadata: { namespace: "t1", name, ownerReferences: controlledBy("Owner") }, spec } as KubernetesObject,
});
const aService: DesiredObject = {
  write: "apply",
  kind: kinds.Service,
  object: { metadata: { name: "s" } },
};
const aPatch: DesiredObject = {
  write: "patch",
  kind: kinds.PersistentVolumeClaim,
  object: { metadata: { name: "data" } },
};
const deletion: Deletion = { kind: kinds.StatefulSet, namespace: "t1", name: "pool", uid: "pool-uid" };

/** The child as `owner`'s controller writes it. */
function written(owner: KubernetesObject, child: DesiredObject): KubernetesObject & { spec?: object } {
  const [desired] = confirmedPlan(owner, "TableGroup", { objects: [child], deletions: [] }).objects;
  return structuredClone(desired?.object ?? {});
}

const root: KubernetesObject = { metadata: { namespace: "t1", name: "demo" } };
const shard = aChild(kinds.Shard, "shard", { pools: ["z1", "z2"], replicas: 3 });

describe("a child's spec", () => {
  it("is confirmed as its owner wrote it, whatever order its fields come back in", () => {
    const live = { ...written(root, shard), spec: { replicas: 3, pools: ["z1", "z2"] } };
    expect(live.metadata?.annotations?.[annotations.specHash]).toBeDefined();
    expect(isConfirmed(live)).toBe(true);
  });

  it("isn't once somebody has edited it", () => {
    expect(isConfirmed({ ...written(root, shard), spec: { replicas: 3, pools: ["z1"] } })).toBe(false);
  });

  it.each([
    ["nobody controls it", { ownerReferences: [] }],
    ["it carries no note", { annotations: {} }],
  ])("is obeyed after an edit when %s", (_, metadata) => {
    const live = written(root, shard);
    expect(isConfirmed({ ...live, metadata: { ...live.metadata, ...metadata }, spec: {} })).toBe(true);
  });

  it("isn't confirmed by an owner that was edited itself, until that is put back", () => {
    const tableGroup = written(root, aChild(kinds.TableGroup, "group", { pools: ["z1", "z2"] }));
    const edited = { ...tableGroup, spec: { pools: ["z1"] } };
    expect(isConfirmed(written(edited, shard))).toBe(false);
    expect(isConfirmed(written(tableGroup, shard))).toBe(true);
  });
});

describe("a plan", () => {
  it("is done as a whole for a confirmed spec; only children get a note", () => {
    const { objects, deletions, held } = confirmedPlan(root, "MultigresCluster", {
      objects: [aService, shard, aPatch],
      deletions: [deletion],
    });
    expect(objects[0]).toBe(aService);
    expect(objects[2]).toBe(aPatch);
    expect(deletions).toEqual([deletion]);
    expect(held).toEqual([]);
  });

  it("deletes nothing for a spec that somebody edited, and says what waits for whom", () => {
    const edited = { ...written(root, shard), spec: {} };
    const { objects, deletions, held } = confirmedPlan(edited, "Shard", {
      objects: [aService, aPatch],
      deletions: [deletion],
    });
    expect(objects).toEqual([aService]);
    expect(deletions).toEqual([]);
    expect(held).toEqual([
      {
        ref: { kind: "StatefulSet", namespace: "t1", name: "pool" },
        reason: "Conflict",
        message: "StatefulSet pool isn't deleted, because Shard shard isn't as Owner o wrote it",
      },
    ]);
  });
});
