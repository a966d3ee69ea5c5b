import { labels } from "@multigres/api-types";
import { describe, expect, it } from "vitest";
import type { ResourceKind } from "./resource.ts";
import {
  type Any,
  anApi,
  anObject,
  aCell,
  aDeployment,
  aProcess,
  cell,
  deployment,
  nothingCached,
  ownerReference,
  splitKey,
  trimmed,
  written,
} from "./testing/executor-fixture.ts";

describe.each([
  ["exact", aCell, cell, "t1/demo-z1", "replace Cell demo-z1"],
  ["apply", aDeployment, deployment, "t1/gateway", "apply Deployment gateway"],
] as const)("an object of write mode %s", (_mode, desired, kind, key, update) => {
  it("is created with POST when the cache has none, and left alone from then on", async () => {
    const api = anApi();
    const process = aProcess(api);
    for (let round = 0; round < 3; round++) await process.run([desired()]);
    expect(api.writes).toEqual([`create ${kind.kind} ${key.split("/")[1]}`]);
    expect(api.calls).toHaveLength(1);
  });

  it("isn't written by the next process either", async () => {
    const api = anApi();
    await aProcess(api).run([desired()]);
    const writes = written(api);
    await aProcess(api).run([desired()]);
    expect(writes()).toEqual([]);
  });

  it("is updated when we want something else, without an Event", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([desired()]);
    await process.run([desired({ replicas: 3 })]);
    await process.run([desired({ replicas: 3 })]);
    expect(api.peek(kind, key)?.spec).toEqual({ replicas: 3 });
    expect(api.writes.filter((write) => write === update)).toHaveLength(1);
    expect(process.events).toEqual([]);
  });

  it("is put back after an edit, with one Event that says what, who and where to edit", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([desired()]);
    api.edit(kind, key, "kubectl-edit", (object) => {
      object.spec = { replicas: 100 };
    });
    const writes = written(api);
    await process.run([desired()]);
    await process.run([desired()]);
    expect(api.peek(kind, key)?.spec).toEqual({ replicas: 2 });
    expect(writes().filter((write) => write === update)).toHaveLength(1);
    expect(process.events).toEqual([
      `Warning Reverted ${kind.kind} ${key.split("/")[1]}: Put back spec.replicas, changed by kubectl-edit. Edit MultigresCluster demo instead.`,
    ]);
  });

  it("is put back with an Event by a process that started after the edit", async () => {
    const api = anApi();
    await aProcess(api).run([desired()]);
    api.edit(kind, key, "kubectl-edit", (object) => {
      object.spec = { replicas: 100 };
    });
    const process = aProcess(api);
    await process.run([desired()]);
    expect(api.peek(kind, key)?.spec).toEqual({ replicas: 2 });
    expect(process.events).toHaveLength(1);
  });

  it("gets back labels and owners that were removed, and keeps what others added", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([desired()]);
    api.edit(kind, key, "someone", (object) => {
      object.metadata = {
        ...object.metadata,
        labels: { theirs: "1" },
        annotations: { ...object.metadata?.annotations, note: "x" },
        ownerReferences: [{ ...ownerReference, blockOwnerDeletion: false }],
        finalizers: ["example.com/hold"],
      };
    });
    await process.run([desired()]);
    const { metadata } = api.peek(kind, key) ?? {};
    expect(metadata?.labels).toEqual({ theirs: "1", [labels.cluster]: "demo" });
    expect(metadata?.annotations?.["note"]).toBe("x");
    expect(metadata?.finalizers).toEqual(["example.com/hold"]);
    expect(metadata?.ownerReferences).toEqual([ownerReference]);
  });

  it("isn't written for labels, annotations or a status that others put on it", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([desired()]);
    api.edit(kind, key, "someone", (object) => {
      Object.assign(object, { status: { ready: 1 } });
      object.metadata = { ...object.metadata, labels: { ...object.metadata?.labels, theirs: "1" } };
    });
    const writes = written(api);
    await process.run([desired()]);
    expect(writes()).toEqual([]);
  });

  it("is updated although the cache doesn't see it, when it is ours and lost its labels", async () => {
    const api = anApi();
    await aProcess(api).run([desired()]);
    api.edit(kind, key, "someone", (object) => {
      object.metadata = { ...object.metadata, labels: {} };
    });
    const process = aProcess(api, nothingCached);
    const { failures } = await process.run([desired()]);
    expect(failures).toEqual([]);
    expect(api.peek(kind, key)?.metadata?.labels).toEqual({ [labels.cluster]: "demo" });
  });

  it("is taken over with an Event when it has no controller and carries our identity", async () => {
    const api = anApi();
    const orphan = anObject(kind, key.split("/")[1] ?? "", { replicas: 2 });
    delete orphan.metadata?.ownerReferences;
    api.seed(kind, orphan);
    for (const cached of [nothingCached, trimmed(api)]) {
      api.edit(kind, key, "gc", (object) => delete object.metadata?.ownerReferences);
      const process = aProcess(api, cached);
      const { failures } = await process.run([desired()]);
      expect(failures).toEqual([]);
      expect(api.peek(kind, key)?.metadata?.ownerReferences).toEqual([ownerReference]);
      expect(process.events).toEqual([expect.stringContaining(`Normal TakenOver ${kind.kind}`)]);
    }
  });

  it.each([
    [
      "a stranger's object that the cache doesn't see",
      nothingCached,
      { name: "other", uid: "other-uid" },
      "belongs to Foo other",
    ],
    ["a stranger's object in the cache", undefined, { name: "other", uid: "other-uid" }, "belongs to Foo other"],
    ["an object without controller and identity", nothingCached, undefined, "was not made by this operator"],
    [
      "an object of another kind's owner of the same name",
      undefined,
      { name: "demo", uid: "old-uid" },
      "belongs to Foo demo",
    ],
  ])("never touches %s", async (_name, cached, controller, whose) => {
    const api = anApi();
    const foreign = anObject(kind, key.split("/")[1] ?? "", { replicas: 7 });
    foreign.metadata = {
      ...foreign.metadata,
      labels: { app: "theirs" },
      ownerReferences: controller ? [{ ...ownerReference, kind: "Foo", ...controller }] : [],
    };
    const before = api.seed(kind, foreign);
    const process = aProcess(api, cached ?? trimmed(api));
    const { failures, retry } = await process.run([desired()]);
    expect(failures).toEqual([
      { ref: { kind: kind.kind, ...splitKey(key) }, reason: "NameConflict", message: expect.stringContaining(whose) },
    ]);
    expect(retry).toBe("later");
    expect(api.peek(kind, key)).toEqual(before);
    const writes = written(api);
    await process.run([desired()]);
    expect(writes()).toEqual([]);
    api.remove(kind, key);
    expect((await process.run([desired()])).failures).toEqual([]);
    expect(api.peek(kind, key)?.spec).toEqual({ replicas: 2 });
  });

  it("waits for what its owner's predecessor of the same name leaves to the garbage collector", async () => {
    const api = anApi();
    const left = anObject(kind, key.split("/")[1] ?? "", { replicas: 7 });
    left.metadata = { ...left.metadata, ownerReferences: [{ ...ownerReference, uid: "old-uid" }] };
    const before = api.seed(kind, left);
    for (const cached of [trimmed(api), nothingCached]) {
      const { failures, retry } = await aProcess(api, cached).run([desired()]);
      expect(failures).toEqual([
        {
          ref: { kind: kind.kind, ...splitKey(key) },
          reason: "Conflict",
          message: expect.stringContaining("of the deleted MultigresCluster demo is still being removed"),
        },
      ]);
      expect(retry).toBe("soon");
    }
    expect(api.peek(kind, key)).toEqual(before);
    api.remove(kind, key);
    await aProcess(api).run([desired()]);
    expect(api.peek(kind, key)).toMatchObject({
      metadata: { ownerReferences: [ownerReference] },
      spec: { replicas: 2 },
    });
  });

  it("is left alone while it is being deleted", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([desired()]);
    api.edit(kind, key, "someone", (object) => {
      object.metadata = { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
      object.spec = { replicas: 9 };
    });
    const writes = written(api);
    expect((await process.run([desired({ replicas: 3 })])).retry).toBeUndefined();
    expect((await aProcess(api, nothingCached).run([desired()])).retry).toBe("soon");
    expect(writes().filter((write) => !write.startsWith("create"))).toEqual([]);
  });

  it("isn't written again and again when the server keeps a value of its own", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([desired()]);
    const original = { replace: api.replace.bind(api), apply: api.apply.bind(api) };
    const mutate = (object: Any) => ({ ...object, spec: { ...object.spec, replicas: 1 } });
    api.replace = ((k: ResourceKind<Any>, o: Any) => original.replace(k, mutate(o))) as typeof api.replace;
    api.apply = ((k: ResourceKind<Any>, o: Any, m: string) => original.apply(k, mutate(o), m)) as typeof api.apply;
    const writes = written(api);
    for (let round = 0; round < 5; round++) await process.run([desired({ replicas: 5 })]);
    expect(writes().filter((write) => write === update)).toHaveLength(1);
    // A write that changed nothing puts nothing back, whoever else touched the object.
    api.edit(kind, key, "someone", (object) => {
      object.spec = { ...object.spec, replicas: 1 };
      Object.assign(object, { other: 1 });
    });
    api.replace = ((k: ResourceKind<Any>) => api.get(k, splitKey(key))) as typeof api.replace;
    api.apply = ((k: ResourceKind<Any>) => api.get(k, splitKey(key))) as typeof api.apply;
    await process.run([desired({ replicas: 5 })]);
    expect(process.events).toEqual([]);
  });

  it("isn't put back more often than allowed, but later", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([desired()]);
    api.edit(kind, key, "fighter", (object) => {
      object.spec = { replicas: 100 };
    });
    const calls = api.calls.length;
    const held = await process.run([desired()], { mayRevert: () => false });
    expect(held).toEqual({ failures: [], retry: "later", wrote: false });
    expect(api.calls).toHaveLength(calls);
    await process.run([desired()]);
    expect(api.peek(kind, key)?.spec).toEqual({ replicas: 2 });
  });

  it("isn't written when this process doesn't lead", async () => {
    const api = anApi();
    const notLeading = new Error("not leading");
    const assertLeading = () => {
      throw notLeading;
    };
    await expect(aProcess(api).run([desired()], { assertLeading })).rejects.toBe(notLeading);
    await aProcess(api).run([desired()]);
    await expect(aProcess(api).run([desired({ replicas: 9 })], { assertLeading })).rejects.toBe(notLeading);
    expect(api.writes).toHaveLength(1);
  });
});
