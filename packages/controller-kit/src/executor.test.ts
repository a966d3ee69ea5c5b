import { annotations, labels } from "@multigres/api-types";
import { describe, expect, it } from "vitest";
import { ApiError } from "./errors.ts";
import { PlanExecutor } from "./executor.ts";
import { managedFieldsOf } from "./field-managers.ts";
import { kinds } from "./kinds.ts";
import type { DesiredObject } from "./plan.ts";
import { type Key, type KubernetesObject, keyOf, type ResourceKind } from "./resource.ts";
import { EventList } from "./testing/event-list.ts";
import { MemoryApi } from "./testing/memory-api.ts";
import type { WriteContext } from "./write-context.ts";
import { WriteRecords } from "./write-records.ts";

type Any = KubernetesObject & { spec?: Record<string, unknown>; data?: Record<string, string> };
const cell = kinds.Cell as ResourceKind as ResourceKind<Any>;
const deployment = kinds.Deployment as ResourceKind as ResourceKind<Any>;
const service = kinds.Service as ResourceKind as ResourceKind<Any>;
const secret = kinds.Secret as ResourceKind as ResourceKind<Any>;

const owner = {
  apiVersion: "multigres.com/v1alpha1",
  kind: "MultigresCluster",
  metadata: { namespace: "t1", name: "demo", uid: "cluster-uid" },
};
const ownerReference = {
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: "demo",
  uid: "cluster-uid",
  controller: true,
  blockOwnerDeletion: true,
};
const apiVersions: Record<string, string> = { Cell: "multigres.com/v1alpha1", Deployment: "apps/v1" };

function anObject(kind: ResourceKind, name: string, spec: Record<string, unknown>): Any {
  return {
    apiVersion: apiVersions[kind.kind] ?? "v1",
    kind: kind.kind,
    metadata: { namespace: "t1", name, labels: { [labels.cluster]: "demo" }, ownerReferences: [ownerReference] },
    spec,
  };
}

const isDemos = (live: KubernetesObject) => live.metadata?.labels?.[labels.cluster] === "demo";
const aCell = (spec: Record<string, unknown> = { replicas: 2 }): DesiredObject => ({
  write: "exact",
  kind: cell,
  object: anObject(cell, "demo-z1", spec),
  isOurs: isDemos,
});
const aDeployment = (spec: Record<string, unknown> = { replicas: 2 }): DesiredObject => ({
  write: "apply",
  kind: deployment,
  object: anObject(deployment, "gateway", spec),
  isOurs: isDemos,
});

/** A controller's process: its memory, its cache (all of the server unless told otherwise), its Events. */
function aProcess(
  api: MemoryApi,
  cached: (kind: ResourceKind, key: Key) => KubernetesObject | undefined = trimmed(api),
) {
  const executor = new PlanExecutor({ cached });
  const recorder = new EventList();
  const context: WriteContext = {
    client: api,
    fieldManager: "multigres-test",
    records: new WriteRecords(),
    recorder,
    observer: { written: () => {}, suppressed: () => {} },
    assertLeading: () => {},
    mayRevert: () => true,
    remember: () => {},
    request: {},
  };
  return {
    events: recorder.events,
    run: (objects: readonly DesiredObject[], more: Partial<WriteContext> = {}) =>
      executor.execute(owner, { objects, deletions: [] }, { ...context, ...more }),
    delete: (deletion: { kind: ResourceKind; namespace: string; name: string; uid: string }) =>
      executor.execute(owner, { objects: [], deletions: [deletion] }, context),
  };
}

/** What a cache shows: never managedFields. */
function trimmed(api: MemoryApi) {
  return (kind: ResourceKind, key: Key): KubernetesObject | undefined => {
    const object = api.peek(kind, key);
    if (object?.metadata) Object.assign(object.metadata, { managedFields: undefined });
    return object;
  };
}

const anApi = () => new MemoryApi("multigres-test");
const nothingCached = () => undefined;
const written = (api: MemoryApi) => {
  const since = api.writes.length;
  return () => api.writes.slice(since);
};

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
      "an object of an earlier owner of the same name",
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

describe("a child CR", () => {
  it("loses what others added to its spec, and says so", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aCell()]);
    api.edit(cell, "t1/demo-z1", "kubectl-patch", (object) => {
      object.spec = { ...object.spec, tolerations: [{ key: "x" }] };
    });
    await process.run([aCell()]);
    expect(api.peek(cell, "t1/demo-z1")?.spec).toEqual({ replicas: 2 });
    expect(process.events).toEqual([expect.stringContaining("Put back spec.tolerations, changed by kubectl-patch.")]);
  });

  it("isn't written for another spelling of a quantity or another order of keys", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aCell({ a: 1, requests: { memory: "1Gi" } })]);
    await process.run([aCell({ requests: { memory: "1024Mi" }, a: 1 })]);
    expect(api.writes).toHaveLength(1);
  });

  it("is written all the same when its own controller was faster and our cache is behind", async () => {
    const api = anApi();
    await aProcess(api).run([aCell()]);
    const stale = api.peek(cell, "t1/demo-z1");
    api.edit(cell, "t1/demo-z1", "cell-controller", (object) => Object.assign(object, { status: { ok: true } }));
    const { failures } = await aProcess(api, () => stale).run([aCell({ replicas: 3 })]);
    expect(failures).toEqual([]);
    expect(api.peek(cell, "t1/demo-z1")?.spec).toEqual({ replicas: 3 });
  });

  it("points to the cluster above when its owner is read-only itself", async () => {
    const api = anApi();
    const process = aProcess(api);
    const desired = aCell();
    desired.object.metadata = {
      ...desired.object.metadata,
      ownerReferences: [{ ...ownerReference, kind: "TableGroup", name: "tg" }],
    };
    await process.run([desired]);
    api.edit(cell, "t1/demo-z1", "kubectl", (object) => {
      object.spec = {};
    });
    await process.run([desired]);
    expect(process.events).toEqual([
      expect.stringContaining("It follows TableGroup tg: edit MultigresCluster demo instead."),
    ]);
  });
});

describe("a workload", () => {
  it("keeps what others added to its spec", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aDeployment({ replicas: 2, containers: [{ name: "a", image: "1" }] })]);
    api.edit(deployment, "t1/gateway", "injector", (object) => {
      object.spec = {
        ...object.spec,
        containers: [{ name: "a", image: "1", tty: true }, { name: "sidecar" }],
        paused: false,
      };
    });
    const writes = written(api);
    await process.run([aDeployment({ replicas: 2, containers: [{ name: "a", image: "1" }] })]);
    expect(writes()).toEqual([]);
  });

  it("is applied when a field is no longer wanted, which only the hash on it tells", async () => {
    const api = anApi();
    await aProcess(api).run([aDeployment({ replicas: 2, minReadySeconds: 5 })]);
    const writes = written(api);
    await aProcess(api).run([aDeployment({ replicas: 2 })]);
    expect(writes()).toEqual(["mergePatch Deployment gateway", "apply Deployment gateway"]);
  });

  it("has what its POST set turned into applied fields before the first apply, and only then", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aDeployment()]);
    await process.run([aDeployment({ replicas: 3 })]);
    await process.run([aDeployment({ replicas: 4 })]);
    expect(api.writes.map((write) => write.split(" ")[0])).toEqual(["create", "mergePatch", "apply", "apply"]);
    expect(api.calls.filter(({ verb }) => verb === "get")).toHaveLength(1);
    const managers = managedFieldsOf(api.peek(deployment, "t1/gateway") ?? {});
    expect(managers.map(({ operation }) => operation)).toEqual(["Apply"]);
  });

  it("is only ever applied to the object that was observed", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aDeployment()]);
    await process.run([aDeployment({ replicas: 3 })]);
    const uid = api.peek(deployment, "t1/gateway")?.metadata?.uid;
    expect(api.calls.find(({ verb }) => verb === "apply")?.object?.metadata?.uid).toBe(uid);
    expect(uid).toBeDefined();
  });

  it("carries the hash of what was wanted", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aDeployment()]);
    const hash = () => api.peek(deployment, "t1/gateway")?.metadata?.annotations?.[annotations.appliedHash];
    const first = hash();
    await process.run([aDeployment({ replicas: 3 })]);
    expect(first).toMatch(/^[0-9a-f]{24}$/);
    expect(hash()).not.toBe(first);
  });
});

describe("an object that is only created", () => {
  const aSecret: DesiredObject = { write: "create", kind: secret, object: anObject(secret, "password", {}) };

  it("is posted once per process and never read; a taken name is fine", async () => {
    const api = anApi();
    const process = aProcess(api, nothingCached);
    await process.run([aSecret]);
    await process.run([aSecret]);
    expect((await aProcess(api, nothingCached).run([aSecret])).failures).toEqual([]);
    expect(api.calls.map(({ verb }) => verb)).toEqual(["create", "create"]);
  });

  it("is tried again after a failure", async () => {
    const api = anApi();
    const process = aProcess(api, nothingCached);
    api.failNext("create", "password", new ApiError({ code: 403, reason: "Forbidden", message: "no" }));
    expect((await process.run([aSecret])).failures).toHaveLength(1);
    expect((await process.run([aSecret])).failures).toEqual([]);
  });
});

describe("a plan", () => {
  const service1: DesiredObject = { write: "apply", kind: service, object: anObject(service, "s1", {}) };
  const service2: DesiredObject = { write: "apply", kind: service, object: anObject(service, "s2", {}) };

  it("writes kinds one after the other, in the order in which they first stand in it", async () => {
    const api = anApi();
    await aProcess(api).run([service1, aDeployment(), aCell(), service2]);
    expect(api.writes).toEqual([
      "create Service s1",
      "create Service s2",
      "create Deployment gateway",
      "create Cell demo-z1",
    ]);
  });

  it.each([
    [{ code: 403, reason: "Forbidden", message: "may not" }, "Forbidden", "later"],
    [{ code: 403, reason: "Forbidden", message: "exceeded quota: q" }, "QuotaExceeded", "later"],
    [
      { code: 403, reason: "Forbidden", message: "x", details: { causes: [{ reason: "NamespaceTerminating" }] } },
      "NamespaceTerminating",
      "later",
    ],
    [{ code: 422, reason: "Invalid", message: "spec.x" }, "Invalid", "later"],
    [{ code: 409, reason: "Conflict", message: "modified" }, "Conflict", "soon"],
    [{ code: 404, reason: "NotFound", message: "namespace" }, "Conflict", "soon"],
    [{ code: 503, reason: "ServiceUnavailable", message: "down" }, "Unavailable", "soon"],
    [{ code: 0, reason: "NetworkError", message: "reset" }, "Unavailable", "soon"],
  ] as const)("goes on after %j and reports %s", async (error, reason, retry) => {
    const api = anApi();
    api.failNext("create", "s1", new ApiError(error));
    const result = await aProcess(api).run([service1, service2, aDeployment()]);
    expect(result).toEqual({
      failures: [
        {
          ref: { kind: "Service", namespace: "t1", name: "s1" },
          reason,
          message: expect.stringMatching(/^Service s1: /),
        },
      ],
      retry,
      wrote: true,
    });
    expect(api.writes).toContain("create Service s2");
    expect(api.writes).toContain("create Deployment gateway");
  });

  it("reports failures in its own order, whichever came first", async () => {
    const api = anApi();
    const names = ["c", "a", "b"];
    for (const name of names) api.failNext("create", name, new ApiError({ code: 500, reason: "x", message: "x" }));
    const create = api.create.bind(api);
    api.create = async (kind, object) => {
      // The first answers last.
      if (object.metadata?.name === "c") await new Promise((resolve) => setImmediate(resolve));
      return create(kind, object);
    };
    const objects = names.map((name): DesiredObject => ({ ...service1, object: anObject(service, name, {}) }));
    const { failures } = await aProcess(api).run(objects);
    expect(failures.map(({ ref }) => ref.name)).toEqual(names);
  });

  it("throws a fault in a builder, after the other objects were written", async () => {
    const api = anApi();
    const broken: DesiredObject = {
      ...service1,
      get object(): KubernetesObject {
        return {
          ...anObject(service, "s1", {}),
          get data(): never {
            throw new TypeError("broken");
          },
        };
      },
    };
    await expect(aProcess(api).run([broken, service2])).rejects.toThrow("broken");
    expect(api.writes).toEqual(["create Service s2"]);
  });

  it("stops without reporting failures when the reconcile is aborted", async () => {
    const api = anApi();
    const signal = AbortSignal.abort(new Error("stop"));
    api.failNext("create", "s1", new ApiError({ code: 0, reason: "Aborted", message: "gave up" }));
    await expect(aProcess(api).run([service1], { request: { signal } })).rejects.toThrow("gave up");
  });
});

describe("a deletion", () => {
  const deletionOf = (object: KubernetesObject) => ({
    kind: deployment,
    namespace: "t1",
    name: "gateway",
    uid: object.metadata?.uid ?? "",
  });

  it("deletes the object that was observed, once", async () => {
    const api = anApi();
    const process = aProcess(api);
    const deletion = deletionOf(api.seed(deployment, anObject(deployment, "gateway", {})));
    await process.delete(deletion);
    await process.delete(deletion);
    expect(api.writes).toEqual(["delete Deployment gateway"]);
    expect(api.peek(deployment, "t1/gateway")).toBeUndefined();
  });

  it("leaves an object of the same name alone that came after", async () => {
    const api = anApi();
    const deletion = deletionOf(api.seed(deployment, anObject(deployment, "gateway", {})));
    api.remove(deployment, "t1/gateway");
    const successor = api.seed(deployment, anObject(deployment, "gateway", {}));
    expect((await aProcess(api).delete(deletion)).failures).toEqual([]);
    expect(api.peek(deployment, keyOf(successor))?.metadata?.uid).toBe(successor.metadata?.uid);
  });

  it("takes an object that is gone for success, and reports what else goes wrong", async () => {
    const api = anApi();
    const deletion = deletionOf(api.seed(deployment, anObject(deployment, "gateway", {})));
    api.failNext("delete", "gateway", new ApiError({ code: 403, reason: "Forbidden", message: "no" }));
    const process = aProcess(api);
    expect((await process.delete(deletion)).failures).toMatchObject([{ reason: "Forbidden" }]);
    api.remove(deployment, "t1/gateway");
    expect((await process.delete(deletion)).failures).toEqual([]);
  });
});

function splitKey(key: string): { namespace: string; name: string } {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}
