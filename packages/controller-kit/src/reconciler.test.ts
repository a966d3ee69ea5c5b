import { annotations } from "@multigres/api-types";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { hashOf } from "./applied-hash.ts";
import type { ControllerDefinition } from "./definition.ts";
import { ApiError } from "./errors.ts";
import { PlanExecutor } from "./executor.ts";
import { kinds } from "./kinds.ts";
import type { DesiredObject, Plan } from "./plan.ts";
import { createReconciler } from "./reconciler.ts";
import type { KubernetesObject, ResourceKind } from "./resource.ts";
import type { Stores } from "./store.ts";
import { ownPace, StatusPace } from "./status-pace.ts";
import { task, type TaskKind } from "./tasks/task.ts";
import { EventList } from "./testing/event-list.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { MemoryApi } from "./testing/memory-api.ts";
import { WriteRecords } from "./write-records.ts";
import { StatusWriter } from "./write-status.ts";

type Toy = KubernetesObject & { spec?: { size?: number }; status?: unknown };
const toyKind = kinds.Cell as ResourceKind as ResourceKind<Toy>;
const childKind = kinds.Service as ResourceKind;
const key = "t1/a";

const child: DesiredObject = {
  write: "apply",
  kind: childKind,
  object: { apiVersion: "v1", kind: "Service", metadata: { namespace: "t1", name: "child", labels: { a: "b" } } },
};

/** A controller whose plan the test gives; parse refuses an object without spec. */
function aReconciler(api: MemoryApi, plan: Partial<Plan<unknown>> | (() => Partial<Plan<unknown>>) = {}) {
  const stores = { of: (kind: ResourceKind) => ({ get: (of: typeof key) => api.peek(kind, of) }) } as unknown as Stores;
  const definition: ControllerDefinition<Toy, Toy, unknown, null> = {
    name: "toy",
    primary: toyKind,
    watches: [],
    parse: (object) => {
      const toy = object as Toy;
      return toy.spec ? { ok: true, value: toy } : { ok: false, message: "spec is missing" };
    },
    malformed: (_object, message) => ({ broken: message }),
    observe: (object) => object,
    reconcile: () => ({
      objects: [],
      deletions: [],
      events: [],
      status: (failures) => ({ failed: failures.map(({ reason }) => reason) }),
      ...(typeof plan === "function" ? plan() : plan),
    }),
  };
  const recorder = new EventList();
  const clock = new ManualClock();
  const lookedAgain: [string, number][] = [];
  const asked: [string, unknown[]][] = [];
  const reconcile = createReconciler({
    definition,
    settings: null,
    stores,
    tasks: {
      ask: (of, wanted) => asked.push([of, wanted.map(({ input }) => input)]),
      has: () => false,
      of: () => undefined,
    },
    executor: new PlanExecutor({ isWatched: () => true, cached: (kind, of) => api.peek(kind, of) }),
    status: new StatusWriter({
      pace: new StatusPace(clock, ownPace),
      lookAgain: (of, ms) => lookedAgain.push([of, ms]),
    }),
    now: () => new Date(0),
    write: {
      client: api,
      fieldManager: "multigres-toy",
      records: new WriteRecords(),
      recorder,
      observer: { written: () => {}, suppressed: () => {} },
      assertLeading: () => {},
      mayRevert: () => true,
      remember: () => {},
      forget: () => {},
    },
  });
  const log = pino({ level: "silent" });
  return {
    clock,
    lookedAgain,
    asked,
    events: recorder.events,
    run: (signal = new AbortController().signal) => reconcile(key, { signal, log }),
  };
}

function withToy(toy: Partial<Toy> = {}): MemoryApi {
  const api = new MemoryApi();
  api.seed(toyKind, { metadata: { namespace: "t1", name: "a" }, spec: {}, ...toy });
  return api;
}

const statusOf = (api: MemoryApi) => api.peek(toyKind, key)?.status;

describe("a reconcile", () => {
  it("reports what is so after its own writes, never what was so before them", async () => {
    const api = withToy();
    const { run } = aReconciler(api, () => {
      const seen = api.peek(childKind, "t1/child") !== undefined;
      return { objects: [child], status: () => ({ observedGeneration: 1, childSeen: seen }) };
    });
    api.edit(toyKind, key, "controller", (toy) => {
      toy.status = { observedGeneration: 1 };
    });
    await run();
    expect(statusOf(api)).toMatchObject({ childSeen: true });
  });

  it.each([
    ["and nothing was", false, false],
    ["and an earlier one of the name left all of it", true, true],
  ])("reports first of a new object what was there before it wrote anything, %s", async (_, before, reported) => {
    const api = withToy();
    const { run } = aReconciler(api, () => {
      const available = before || api.peek(childKind, "t1/child") !== undefined;
      const conditions = [{ type: "Available", status: available ? "True" : "False" }];
      return { objects: [child], status: () => ({ observedGeneration: 1, conditions }) };
    });
    await run();
    const is = (status: string) => ({ observedGeneration: 1, conditions: [{ type: "Available", status }] });
    expect(statusOf(api)).toEqual(is(reported ? "True" : "False"));
    await run();
    expect(statusOf(api)).toEqual(is("True"));
  });

  it("writes the objects, then the status, and nothing the next time", async () => {
    const api = withToy();
    const { run } = aReconciler(api, { objects: [child] });
    expect(await run()).toEqual({ kind: "done" });
    expect(await run()).toEqual({ kind: "done" });
    expect(api.writes).toEqual(["create Service child", "applyStatus Cell a"]);
    expect(api.calls[1]?.object).toMatchObject({ metadata: { uid: api.peek(toyKind, key)?.metadata?.uid } });
  });

  it("writes the status also when writes failed, and asks to be tried again", async () => {
    const api = withToy();
    api.failNext("create", "child", new ApiError({ code: 403, reason: "Forbidden", message: "no" }));
    const result = await aReconciler(api, { objects: [child] }).run();
    expect(result).toEqual({ kind: "again", retry: "later", why: "Service child: no" });
    expect(statusOf(api)).toEqual({ failed: ["Forbidden"] });
  });

  it("tells why it deletes something, where the plan says why", async () => {
    const api = withToy();
    const { metadata } = api.seed(childKind, { metadata: { namespace: "t1", name: "child" } });
    const deletion = { kind: childKind, namespace: "t1", name: "child", uid: metadata?.uid ?? "" };
    const { run, events } = aReconciler(api, {
      deletions: [
        { ...deletion, because: "it isn't wanted." },
        { ...deletion, name: "other" },
      ],
    });
    await run();
    expect(events).toEqual(["Normal Removing Cell a: Deleting Service child: it isn't wanted."]);
  });

  it("deletes nothing for a spec that isn't its owner's, says so, and deletes once it is put back", async () => {
    const annotationsOf = (spec: unknown) => ({ [annotations.specHash]: hashOf(spec) });
    const ownerReferences = [{ apiVersion: "v1", kind: "Owner", name: "o", uid: "u", controller: true }];
    const metadata = { namespace: "t1", name: "a", ownerReferences, annotations: annotationsOf({ size: 2 }) };
    const api = withToy({ metadata, spec: { size: 1 } });
    const seeded = api.seed(childKind, { metadata: { namespace: "t1", name: "child" } });
    const uid = seeded.metadata?.uid ?? "";
    const deletions = [{ kind: childKind, namespace: "t1", name: "child", uid, because: "it isn't wanted." }];
    const { run, events } = aReconciler(api, { deletions });
    expect(await run()).toEqual({ kind: "done" });
    expect(api.writes).toEqual(["applyStatus Cell a"]);
    expect(statusOf(api)).toEqual({ failed: ["Conflict"] });
    expect(events).toEqual([]);
    api.edit(toyKind, key, "owner", (toy) => {
      toy.spec = { size: 2 };
    });
    await run();
    expect(api.writes).toContain("delete Service child");
    expect(statusOf(api)).toEqual({ failed: [] });
  });

  it("changes nothing for a paused object, but goes on reading and telling", async () => {
    const api = withToy();
    api.edit(toyKind, key, "user", (toy) => {
      toy.metadata = { ...toy.metadata, annotations: { [annotations.paused]: "true" } };
    });
    const reading: TaskKind<number, void> = { name: "read", readsOnly: true, perform: async () => {} };
    const writing: TaskKind<number, void> = { name: "write", perform: async () => {} };
    const deletions = [{ kind: childKind, namespace: "t1", name: "other", uid: "u", because: "it isn't wanted." }];
    const plan = { objects: [child], deletions, tasks: [task(reading, 1), task(writing, 2)] };
    const { run, asked, events } = aReconciler(api, plan);
    await run();
    expect(api.writes).toEqual(["applyStatus Cell a"]);
    expect(asked).toEqual([[key, [1]]]);
    expect(events).toEqual([]);
  });

  it("asks for the plan's tasks, and for none once the object is gone or leaving", async () => {
    const api = withToy();
    const kind: TaskKind<number, void> = { name: "toy", perform: async () => {} };
    const { run, asked } = aReconciler(api, { tasks: [task(kind, 1), task(kind, 2)] });
    await run();
    api.edit(toyKind, key, "user", (toy) => {
      toy.metadata = { ...toy.metadata, deletionTimestamp: new Date(0) };
    });
    await run();
    expect(asked).toEqual([
      [key, [1, 2]],
      [key, []],
    ]);
  });

  it("puts a finalizer on before it does anything else, and takes it away last, others' left alone", async () => {
    const api = withToy();
    const name = "multigres.com/records";
    const finalizersOf = () => api.peek(toyKind, key)?.metadata?.finalizers;
    api.edit(toyKind, key, "somebody", (toy) => {
      toy.metadata = { ...toy.metadata, finalizers: ["example.com/theirs"] };
    });
    const plan = { objects: [child], finalizer: { name, wanted: true } };
    const { run } = aReconciler(api, () => plan);
    await run();
    await run();
    expect(finalizersOf()).toEqual(["example.com/theirs", name]);
    expect(api.writes).toEqual(["mergePatch Cell a", "create Service child", "applyStatus Cell a"]);
    plan.finalizer.wanted = false;
    await run();
    expect(finalizersOf()).toEqual(["example.com/theirs"]);
    expect(api.writes.at(-1)).toBe("mergePatch Cell a");
  });

  it("asks to be run after the time that the plan says", async () => {
    expect(await aReconciler(withToy(), { requeueAfterMs: 500 }).run()).toEqual({ kind: "after", ms: 500 });
  });

  it("does nothing for an object that is gone", async () => {
    const api = new MemoryApi();
    expect(await aReconciler(api, { objects: [child] }).run()).toEqual({ kind: "gone" });
    expect(api.calls).toEqual([]);
  });

  it.each([
    ["no finalizer", [], 0],
    ["the garbage collector's finalizer", ["foregroundDeletion"], 0],
    ["a finalizer of ours", ["multigres.com/topology"], 2],
  ])("treats an object that is being deleted with %s", async (_name, finalizers, writes) => {
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    const api = withToy({ metadata: { namespace: "t1", name: "a", deletionTimestamp, finalizers } });
    expect(await aReconciler(api, { objects: [child] }).run()).toEqual({ kind: "done" });
    expect(api.writes).toHaveLength(writes);
  });

  it("reports an object that it can't parse on the object, once, and writes nothing else", async () => {
    const api = withToy();
    api.edit(toyKind, key, "someone", (toy) => delete toy.spec);
    const { run, events } = aReconciler(api, { objects: [child] });
    expect(await run()).toEqual({ kind: "done" });
    await run();
    expect(api.writes).toEqual(["applyStatus Cell a"]);
    expect(statusOf(api)).toEqual({ broken: "spec is missing" });
    expect(events).toEqual([expect.stringContaining("Warning InvalidObject Cell a:")]);
    expect(events[0]).toContain("spec is missing");
  });

  it("lets an object go that it can't parse, whatever our finalizer was for", async () => {
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    const finalizers = ["example.com/theirs", "multigres.com/topology"];
    const api = withToy({ metadata: { namespace: "t1", name: "a", deletionTimestamp, finalizers } });
    api.edit(toyKind, key, "someone", (toy) => delete toy.spec);
    await aReconciler(api, { objects: [child] }).run();
    expect(api.peek(toyKind, key)?.metadata?.finalizers).toEqual(["example.com/theirs"]);
  });

  it("leaves an Event when deciding throws, and throws on", async () => {
    const { run, events } = aReconciler(withToy(), () => {
      throw new TypeError("oops");
    });
    await expect(run()).rejects.toThrow("oops");
    expect(events).toEqual([expect.stringContaining("Warning ReconcileFailed Cell a: Fault in the controller: oops")]);
  });

  it("records the plan's Events with a status that is news, and not when an earlier process told them", async () => {
    const api = withToy();
    const events = [{ type: "Warning" as const, reason: "Odd", action: "Look", note: "odd" }];
    const first = aReconciler(api, { events });
    await first.run();
    expect(first.events).toEqual(["Warning Odd Cell a: odd"]);
    const second = aReconciler(api, { events });
    await second.run();
    expect(second.events).toEqual([]);
  });

  it.each([
    [{ code: 403, reason: "Forbidden", message: "may not" }, ["Warning Forbidden Cell a: Service child: may not"]],
    [
      { code: 403, reason: "Forbidden", message: "exceeded quota: q" },
      ["Warning QuotaExceeded Cell a: Service child: exceeded quota: q"],
    ],
    [{ code: 422, reason: "Invalid", message: "spec.x" }, ["Warning Invalid Cell a: Service child: spec.x"]],
    [{ code: 409, reason: "Conflict", message: "modified" }, []],
    [{ code: 503, reason: "ServiceUnavailable", message: "down" }, []],
  ])("tells of %j that somebody must mend in one Event, in one for all tries", async (error, expected) => {
    const api = withToy();
    api.failNext("create", "child", new ApiError(error), 3);
    const { run, events } = aReconciler(api, { objects: [child] });
    for (let round = 0; round < 3; round++) await run();
    expect(events).toEqual(expected);
  });

  it("tells of a name that a stranger holds in one Event on the object that wants it", async () => {
    const api = withToy();
    api.seed(childKind, { metadata: { namespace: "t1", name: "child" } });
    const { run, events } = aReconciler(api, { objects: [child] });
    await run();
    await run();
    expect(events).toEqual([expect.stringContaining("Warning NameConflict Cell a: Service child already exists")]);
  });

  it("tells of a status that it may not write, which nothing else could", async () => {
    const api = withToy();
    api.failNext("applyStatus", "a", new ApiError({ code: 403, reason: "Forbidden", message: "no patch" }));
    const { run, events } = aReconciler(api);
    await run();
    expect(events).toEqual(["Warning Forbidden Cell a: Cell a: no patch"]);
  });

  it("is tried again when the status can't be written, and not when the object is gone", async () => {
    const api = withToy();
    api.failNext("applyStatus", "a", new ApiError({ code: 409, reason: "Conflict", message: "uid mismatch" }));
    expect(await aReconciler(api).run()).toMatchObject({ kind: "again", retry: "soon" });
    api.failNext("applyStatus", "a", new ApiError({ code: 404, reason: "NotFound", message: "gone" }));
    expect(await aReconciler(api).run()).toEqual({ kind: "done" });
  });

  it("doesn't write the same status again and again because of a field of somebody else's", async () => {
    const api = withToy();
    const { run } = aReconciler(api);
    await run();
    const original = api.applyStatus.bind(api);
    api.applyStatus = (kind, object, manager) =>
      original(kind, { ...object, status: { ...((object as Toy).status as object), theirs: 1 } }, manager);
    api.edit(toyKind, key, "someone", (toy) => {
      toy.status = { ...(toy.status as object), theirs: 1 };
    });
    await run();
    await run();
    expect(api.writes).toEqual(["applyStatus Cell a", "applyStatus Cell a"]);
  });

  it("holds back details that change fast, and comes back for them", async () => {
    const api = withToy();
    let ready = 0;
    const conditions = () => [{ type: "Available", status: ready > 2 ? "True" : "False" }];
    const { run, clock, lookedAgain } = aReconciler(api, () => ({
      status: () => ({ ready, conditions: conditions() }),
    }));
    await run();
    ready = 1;
    await run();
    expect(statusOf(api)).toMatchObject({ ready: 0 });
    expect(lookedAgain).toEqual([[key, expect.any(Number)]]);
    ready = 2;
    await clock.advance(lookedAgain[0]?.[1] ?? 0);
    await run();
    expect(statusOf(api)).toMatchObject({ ready: 2 });
    ready = 3;
    await run();
    expect(statusOf(api)).toMatchObject({ ready: 3, conditions: [{ type: "Available", status: "True" }] });
  });

  it("writes no status after it was aborted", async () => {
    const api = withToy();
    const abort = new AbortController();
    const create = api.create.bind(api);
    api.create = (kind, object) => {
      abort.abort(new Error("stop"));
      return create(kind, object);
    };
    await expect(aReconciler(api, { objects: [child] }).run(abort.signal)).rejects.toThrow("stop");
    expect(statusOf(api)).toBeUndefined();
  });
});
