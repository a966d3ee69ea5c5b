import { describe, expect, it } from "vitest";
import { type KubernetesObject, keyOf } from "../resource.ts";
import { createStore, type ObjectStore, type StoreOptions } from "./object-store.ts";

interface Thing extends KubernetesObject {
  color?: string;
}

function aThing(fields: Partial<NonNullable<Thing["metadata"]>> & { color?: string } = {}): Thing {
  const { color = "red", ...metadata } = fields;
  return { metadata: { namespace: "a", name: "one", uid: "u1", resourceVersion: "10", ...metadata }, color };
}

type Change = readonly [before: string | undefined, after: string | undefined];

function aStore(options: StoreOptions<Thing> = {}): { store: ObjectStore<Thing>; changes: Change[]; faults: string[] } {
  const changes: Change[] = [];
  const faults: string[] = [];
  const brief = (thing: Thing | undefined) => thing && `${thing.metadata?.uid}@${thing.metadata?.resourceVersion}`;
  const store = createStore<Thing>({
    onChange: (before, after) => changes.push([brief(before), brief(after)]),
    onFault: ({ where, key }) => faults.push(`${where} ${key}`),
    ...options,
  });
  return { store, changes, faults };
}

const version = (store: ObjectStore<Thing>) => store.get("a/one")?.metadata?.resourceVersion;

describe("the set as a list brings it", () => {
  it("is what the store holds, and marks it as synced", () => {
    const { store, changes } = aStore();
    expect(store.hasSynced).toBe(false);
    store.replaceAll([aThing(), aThing({ name: "two", uid: "u2" })], "20");
    expect(store.hasSynced).toBe(true);
    expect(store.list().map(keyOf)).toEqual(["a/one", "a/two"]);
    expect(changes).toEqual([
      [undefined, "u1@10"],
      [undefined, "u2@10"],
    ]);
  });

  it("shows what was deleted and made again meanwhile as both", () => {
    const { store, changes } = aStore();
    store.replaceAll([aThing()], "20");
    changes.length = 0;
    store.replaceAll([aThing({ uid: "u9", resourceVersion: "30" })], "40");
    expect(changes).toEqual([
      ["u1@10", undefined],
      [undefined, "u9@30"],
    ]);
  });

  it("tells nothing about what hasn't changed, and keeps the object that is there", () => {
    const { store, changes } = aStore();
    store.replaceAll([aThing()], "20");
    const before = store.get("a/one");
    changes.length = 0;
    store.replaceAll([aThing()], "40");
    expect(changes).toEqual([]);
    expect(store.get("a/one")).toBe(before);
  });

  it("removes what isn't in it", () => {
    const { store, changes } = aStore();
    store.replaceAll([aThing()], "20");
    store.replaceAll([], "40");
    expect(store.list()).toEqual([]);
    expect(changes.at(-1)).toEqual(["u1@10", undefined]);
  });
});

describe("our own write", () => {
  it("is read at once, and the watch's news of it is no news", () => {
    const { store, changes } = aStore();
    store.replaceAll([aThing()], "20");
    changes.length = 0;
    store.putFromWrite(aThing({ resourceVersion: "30", color: "blue" }));
    expect(store.get("a/one")?.color).toBe("blue");
    store.put(aThing({ resourceVersion: "30", color: "blue" }));
    expect(changes).toEqual([["u1@10", "u1@30"]]);
  });

  it("isn't rolled back by an older event", () => {
    const { store } = aStore();
    store.replaceAll([aThing()], "20");
    store.putFromWrite(aThing({ resourceVersion: "100" }));
    store.put(aThing({ resourceVersion: "99" }));
    expect(version(store)).toBe("100");
    store.put(aThing({ resourceVersion: "101" }));
    expect(version(store)).toBe("101");
  });

  it("isn't rolled back by an older list, nor is what it made removed", () => {
    const { store } = aStore();
    store.replaceAll([aThing()], "20");
    store.putFromWrite(aThing({ resourceVersion: "50" }));
    store.putFromWrite(aThing({ name: "made", uid: "u5", resourceVersion: "51" }));
    store.replaceAll([aThing()], "40");
    expect(version(store)).toBe("50");
    expect(store.get("a/made")).toBeDefined();
    store.replaceAll([aThing({ resourceVersion: "50" })], "60");
    expect(store.get("a/made")).toBeUndefined();
  });

  it("that the watch has passed already changes nothing: what it made may be gone again", () => {
    const { store } = aStore();
    store.replaceAll([], "20");
    store.put(aThing({ resourceVersion: "30" }));
    store.remove(aThing({ resourceVersion: "31" }));
    store.putFromWrite(aThing({ resourceVersion: "30" }));
    expect(store.get("a/one")).toBeUndefined();
  });

  it("brings an object back that had lost its label and so had left the watch", () => {
    const { store } = aStore();
    store.replaceAll([aThing()], "20");
    store.remove(aThing({ resourceVersion: "30" }));
    store.putFromWrite(aThing({ resourceVersion: "31" }));
    store.put(aThing({ resourceVersion: "31" }));
    expect(version(store)).toBe("31");
  });

  it("survives the late news that the label was lost", () => {
    const { store } = aStore();
    store.replaceAll([aThing()], "20");
    store.putFromWrite(aThing({ resourceVersion: "31" }));
    store.remove(aThing({ resourceVersion: "30" }));
    expect(version(store)).toBe("31");
  });

  it("of a successor shows the end of the one before", () => {
    const { store, changes } = aStore();
    store.replaceAll([aThing()], "20");
    changes.length = 0;
    store.putFromWrite(aThing({ uid: "u2", resourceVersion: "40" }));
    store.put(aThing({ resourceVersion: "30" }));
    store.remove(aThing({ resourceVersion: "35" }));
    expect(store.get("a/one")?.metadata?.uid).toBe("u2");
    expect(changes).toEqual([
      ["u1@10", undefined],
      [undefined, "u2@40"],
    ]);
  });
});

describe("our own deletion", () => {
  it("is seen at once, and late events don't undo it", () => {
    const { store, changes } = aStore();
    store.replaceAll([aThing()], "20");
    changes.length = 0;
    store.removeFromWrite("a/one", "u1");
    store.put(aThing({ resourceVersion: "25" }));
    store.replaceAll([aThing({ resourceVersion: "25" })], "26");
    expect(store.get("a/one")).toBeUndefined();
    store.remove(aThing({ resourceVersion: "30" }));
    store.put(aThing({ uid: "u2", resourceVersion: "40" }));
    expect(store.get("a/one")?.metadata?.uid).toBe("u2");
    expect(changes).toEqual([
      ["u1@10", undefined],
      [undefined, "u2@40"],
    ]);
  });

  it("gives way when the object turns out to be terminating only", () => {
    const { store } = aStore();
    store.replaceAll([aThing()], "20");
    store.removeFromWrite("a/one", "u1");
    store.put(aThing({ resourceVersion: "30", deletionTimestamp: "2026-11-20T10:00:00Z" }));
    expect(version(store)).toBe("30");
  });

  it("doesn't touch a successor", () => {
    const { store } = aStore();
    store.replaceAll([aThing({ uid: "u2" })], "20");
    store.removeFromWrite("a/one", "u1");
    expect(store.get("a/one")?.metadata?.uid).toBe("u2");
  });
});

describe("indexes", () => {
  const indexes = { color: (thing: Thing) => (thing.color ? [thing.color] : []) };

  it("follow every change", () => {
    const { store } = aStore({ indexes });
    store.replaceAll([aThing(), aThing({ name: "two", uid: "u2" })], "20");
    expect(store.byIndex("color", "red").map(keyOf)).toEqual(["a/one", "a/two"]);
    store.put(aThing({ resourceVersion: "30", color: "blue" }));
    expect(store.byIndex("color", "red").map(keyOf)).toEqual(["a/two"]);
    expect(store.byIndex("color", "blue").map(keyOf)).toEqual(["a/one"]);
    store.remove(aThing({ resourceVersion: "31" }));
    expect(store.byIndex("color", "blue")).toEqual([]);
  });

  it("always include the uid of the controller", () => {
    const { store } = aStore();
    const owner = { apiVersion: "v1", kind: "Owner", name: "o" };
    const ownerReferences = [
      { ...owner, uid: "friend" },
      { ...owner, uid: "boss", controller: true },
    ];
    store.replaceAll([aThing({ ownerReferences })], "20");
    expect(store.byIndex("controller", "boss").map(keyOf)).toEqual(["a/one"]);
    expect(store.byIndex("controller", "friend")).toEqual([]);
  });

  it("that don't exist are a programming error", () => {
    expect(() => aStore().store.byIndex("size", "big")).toThrow(/no index "size"/);
  });
});

describe("what is stored", () => {
  it("has no managedFields and is trimmed, also when it comes from a write", () => {
    const trim = (thing: Thing): Thing => ({ ...(thing.metadata && { metadata: thing.metadata }) });
    const { store } = aStore({ trim });
    const full = { ...aThing(), metadata: { ...aThing().metadata, managedFields: [{}] } } as Thing;
    store.replaceAll([store.prepare(full)], "5");
    expect(store.get("a/one")).toEqual({ metadata: aThing().metadata });
    store.putFromWrite(aThing({ resourceVersion: "30" }));
    expect(store.get("a/one")).toEqual({ metadata: { ...aThing().metadata, resourceVersion: "30" } });
    expect(full.metadata).toHaveProperty("managedFields");
  });

  it("isn't lost when the controller's own functions throw", () => {
    const fail = (): never => {
      throw new Error("poisoned");
    };
    const { store, faults } = aStore({ trim: fail, indexes: { broken: fail }, onChange: fail });
    store.replaceAll([store.prepare(aThing())], "20");
    expect(version(store)).toBe("10");
    expect(store.byIndex("broken", "x")).toEqual([]);
    expect(faults).toEqual(["trim a/one", "index a/one", "listener a/one"]);
  });
});

it("gives the same list until something changes", () => {
  const { store } = aStore();
  store.replaceAll([aThing()], "20");
  const list = store.list();
  expect(store.list()).toBe(list);
  store.put(aThing({ resourceVersion: "30" }));
  expect(store.list()).not.toBe(list);
});
