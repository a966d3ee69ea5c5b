import { describe, expect, it } from "vitest";
import type { Watch } from "./definition.ts";
import { kinds } from "./kinds.ts";
import { primaryChanged } from "./primary-changed.ts";
import type { Key, KubernetesObject, ResourceKind } from "./resource.ts";
import type { Stores } from "./store.ts";
import { wokenBy } from "./wakes.ts";

const primary = kinds.Cell as ResourceKind;
const known: Record<string, string> = { "t1/a": "uid-a", "t1/b": "uid-b" };
const stores = {
  of: () => ({ get: (key: Key) => (known[key] ? { metadata: { uid: known[key] } } : undefined) }),
} as unknown as Stores;

function ownedBy(
  name: string | undefined,
  more: { uid?: string; kind?: string; apiVersion?: string } = {},
): KubernetesObject {
  const owner = { apiVersion: "multigres.com/v1alpha1", kind: "Cell", uid: `uid-${name}`, controller: true, ...more };
  return { metadata: { namespace: "t1", name: "x", ownerReferences: name === undefined ? [] : [{ ...owner, name }] } };
}

function woken(before: KubernetesObject | undefined, after: KubernetesObject | undefined, watch: Partial<Watch> = {}) {
  return [...wokenBy({ kind: kinds.Service, ...watch }, before, after, primary, stores)];
}

describe("wokenBy", () => {
  it.each<[string, KubernetesObject | undefined, KubernetesObject | undefined, string[]]>([
    ["wakes the owner of a new object", undefined, ownedBy("a"), ["t1/a"]],
    ["wakes the owner of an object that went", ownedBy("a"), undefined, ["t1/a"]],
    ["wakes the old and the new owner", ownedBy("a"), ownedBy("b"), ["t1/a", "t1/b"]],
    ["wakes the owner that an object lost", ownedBy("a"), ownedBy(undefined), ["t1/a"]],
    ["wakes nobody for an object without owner", undefined, ownedBy(undefined), []],
    ["wakes nobody for an owner of another kind", undefined, ownedBy("a", { kind: "Shard" }), []],
    ["wakes nobody for a kind of that name in another group", undefined, ownedBy("a", { apiVersion: "x/v1" }), []],
    [
      "wakes the owner whatever version of the group is named",
      undefined,
      ownedBy("a", { apiVersion: "multigres.com/v1" }),
      ["t1/a"],
    ],
    [
      "wakes an owner that was made again, as it waits for this name",
      ownedBy("a", { uid: "old" }),
      undefined,
      ["t1/a"],
    ],
    ["wakes nobody for an owner that we don't know", undefined, ownedBy("c"), []],
    ["wakes nobody when nothing but the version changed", { ...ownedBy("a") }, withVersion(ownedBy("a")), []],
  ])("%s", (_name, before, after, keys) => {
    expect(woken(before, after)).toEqual(keys);
  });

  it("uses the watch's own mapping, once per key", () => {
    const wakes = (object: KubernetesObject): Key[] => ["t1/z", `t1/${object.metadata?.name ?? ""}`];
    expect(woken(ownedBy("a"), ownedBy("b"), { wakes })).toEqual(["t1/z", "t1/x"]);
  });

  it("asks the watch whether the change matters", () => {
    expect(woken(undefined, ownedBy("a"), { matters: () => false })).toEqual([]);
    expect(woken(ownedBy("a"), ownedBy("a"), { matters: () => true })).toEqual(["t1/a"]);
  });
});

function withVersion(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: "2" } };
}

describe("primaryChanged", () => {
  const base: KubernetesObject = {
    metadata: { uid: "u", generation: 1, resourceVersion: "1", labels: { a: "1" }, annotations: { b: "1" } },
  };
  const changed = (metadata: KubernetesObject["metadata"]) =>
    primaryChanged(base, { metadata: { ...base.metadata, ...metadata } });
  it.each<[string, boolean, KubernetesObject["metadata"]]>([
    ["a new status", false, { resourceVersion: "2" }],
    ["a finalizer", false, { finalizers: ["x"] }],
    ["a new spec", true, { generation: 2 }],
    ["a deletion that began", true, { deletionTimestamp: "2026-01-01T00:00:00Z" }],
    ["a label", true, { labels: { a: "2" } }],
    ["a label that went", true, { labels: {} }],
    ["an annotation", true, { annotations: { b: "1", "multigres.com/paused": "true" } }],
    ["another object of the name", true, { uid: "v" }],
  ])("%s: %s", (_name, expected, metadata) => {
    expect(changed(metadata)).toBe(expected);
  });

  it("counts appearing and going", () => {
    expect(primaryChanged(undefined, base)).toBe(true);
    expect(primaryChanged(base, undefined)).toBe(true);
  });
});
