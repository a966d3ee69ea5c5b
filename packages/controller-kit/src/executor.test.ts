import { describe, expect, it } from "vitest";
import { ApiError } from "./errors.ts";
import type { DesiredObject } from "./plan.ts";
import { type KubernetesObject, keyOf } from "./resource.ts";
import {
  anApi,
  anObject,
  aCell,
  aDeployment,
  aProcess,
  claim,
  deployment,
  service,
  secret,
  nothingCached,
} from "./testing/executor-fixture.ts";

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

  it("is made again when its kind is watched and the cache shows it gone, and left alone while it is there", async () => {
    const api = anApi();
    const aClaim: DesiredObject = { write: "create", kind: claim, object: anObject(claim, "repository", {}) };
    const process = aProcess(api);
    await process.run([aClaim]);
    await process.run([aClaim]);
    expect(api.writes).toEqual(["create PersistentVolumeClaim repository"]);
    api.remove(claim, "t1/repository");
    await process.run([aClaim]);
    expect(api.peek(claim, "t1/repository")).toBeDefined();
    // A cache that lags, or doesn't select what stands there: the name is taken, and that is fine.
    expect((await aProcess(api, nothingCached).run([aClaim])).failures).toEqual([]);
  });

  it("shows itself to readers of the cache before the watch does", async () => {
    const shown: string[] = [];
    const aClaim: DesiredObject = { write: "create", kind: claim, object: anObject(claim, "repository", {}) };
    await aProcess(anApi()).run([aClaim], { remember: (_kind, object) => shown.push(keyOf(object)) });
    expect(shown).toEqual(["t1/repository"]);
  });

  it("may be completed at the last moment with what nobody else gets to see", async () => {
    const api = anApi();
    const random = (size: number) => new Uint8Array(size).fill(7);
    const complete: DesiredObject["complete"] = (randomBytes) =>
      ({ ...aSecret.object, data: { password: Buffer.from(randomBytes(2)).toString("hex") } }) as KubernetesObject;
    const seen: string[] = [];
    await aProcess(api, nothingCached, random).run([{ ...aSecret, complete }], {
      observer: { written: (...what) => seen.push(what.join(" ")), suppressed: () => {} },
    });
    expect(api.peek(secret, "t1/password")).toMatchObject({ data: { password: "0707" } });
    expect(seen).toEqual(["Secret create"]);
  });

  it("is tried again after a failure", async () => {
    const api = anApi();
    const process = aProcess(api, nothingCached);
    api.failNext("create", "password", new ApiError({ code: 403, reason: "Forbidden", message: "no" }));
    expect((await process.run([aSecret])).failures).toHaveLength(1);
    expect((await process.run([aSecret])).failures).toEqual([]);
  });
});

describe("a patch", () => {
  const aPatch = (change: object, uid?: string): DesiredObject => ({
    write: "patch",
    kind: claim,
    object: { metadata: { namespace: "t1", name: "data", ...(uid && { uid }), ...change } },
  });
  const sized = (storage: string): DesiredObject => ({
    ...aPatch({}),
    object: { ...aPatch({}).object, spec: { resources: { requests: { storage } } } } as KubernetesObject,
  });
  const withClaim = () => {
    const api = anApi();
    const seeded = api.seed(
      claim,
      anObject(claim, "data", { resources: { requests: { storage: "1Gi" } }, volumeName: "v" }),
    );
    return { api, uid: seeded.metadata?.uid };
  };

  it("changes what it says of an object that is there, and nothing else, once", async () => {
    const { api } = withClaim();
    const process = aProcess(api);
    await process.run([sized("2Gi")]);
    await process.run([sized("2048Mi")]);
    expect(api.writes).toEqual(["mergePatch PersistentVolumeClaim data"]);
    expect(api.peek(claim, "t1/data")?.spec).toEqual({ resources: { requests: { storage: "2Gi" } }, volumeName: "v" });
  });

  it("never makes an object", async () => {
    const api = anApi();
    expect(await aProcess(api).run([sized("2Gi")])).toMatchObject({ failures: [], retry: undefined });
    expect(api.calls).toEqual([]);
  });

  it("leaves another object of the name alone", async () => {
    const { api } = withClaim();
    await aProcess(api).run([aPatch({ annotations: { a: "b" } }, "another")]);
    expect(api.writes).toEqual([]);
  });

  it("takes away what it says is null", async () => {
    const { api } = withClaim();
    const process = aProcess(api);
    await process.run([aPatch({ annotations: { a: "b" } })]);
    await process.run([aPatch({ annotations: { a: null } })]);
    await process.run([aPatch({ annotations: { a: null } })]);
    expect(api.writes).toHaveLength(2);
    expect(api.peek(claim, "t1/data")?.metadata?.annotations).toEqual({});
  });

  it("that is refused is told, and the rest of the plan is done", async () => {
    const { api } = withClaim();
    api.failNext(
      "mergePatch",
      "data",
      new ApiError({ code: 403, reason: "Forbidden", message: "only growable classes" }),
    );
    const { failures } = await aProcess(api).run([sized("2Gi"), aDeployment()]);
    expect(failures).toMatchObject([{ ref: { kind: "PersistentVolumeClaim", name: "data" }, reason: "Forbidden" }]);
    expect(api.writes).toContain("create Deployment gateway");
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

  it.each([
    ["hides the object from readers of the cache before the watch does", undefined, 1],
    ["shows an object that stays until all below it is gone", "Foreground", 0],
  ] as const)("%s", async (_, propagationPolicy, count) => {
    const api = anApi();
    const hidden: string[] = [];
    const deletion = deletionOf(api.seed(deployment, anObject(deployment, "gateway", {})));
    const process = aProcess(api);
    const forget = (_kind: unknown, key: string, uid: string) => hidden.push(`${key} ${uid}`);
    await process.delete({ ...deletion, ...(propagationPolicy && { propagationPolicy }) }, { forget });
    expect(hidden).toEqual([`t1/gateway ${deletion.uid}`].slice(0, count));
  });

  it("leaves an object of the same name alone that came after", async () => {
    const api = anApi();
    const deletion = deletionOf(api.seed(deployment, anObject(deployment, "gateway", {})));
    api.remove(deployment, "t1/gateway");
    const successor = api.seed(deployment, anObject(deployment, "gateway", {}));
    expect((await aProcess(api).delete(deletion)).failures).toEqual([]);
    expect(api.peek(deployment, keyOf(successor))?.metadata?.uid).toBe(successor.metadata?.uid);
  });

  it("may ask for the object as it was seen, and then judges a changed one anew", async () => {
    const api = anApi();
    const seen = api.seed(deployment, anObject(deployment, "gateway", {}));
    const deletion = { ...deletionOf(seen), resourceVersion: seen.metadata?.resourceVersion ?? "" };
    const orphan = api.edit(deployment, keyOf(seen), "gc", ({ metadata }) => delete metadata?.ownerReferences);
    const process = aProcess(api);
    expect((await process.delete(deletion)).failures).toEqual([]);
    expect(api.peek(deployment, keyOf(seen))).toBeDefined();
    await process.delete({ ...deletion, resourceVersion: orphan.metadata?.resourceVersion ?? "" });
    expect(api.peek(deployment, keyOf(seen))).toBeUndefined();
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
