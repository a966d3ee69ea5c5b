import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import type { ControllerDefinition } from "./definition.ts";
import { ApiError } from "./errors.ts";
import { kinds } from "./kinds.ts";
import { leaseKind } from "./lease.ts";
import { createManager, type Manager } from "./manager.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { controllerOf, type KubernetesObject, keyOf, type ResourceKind } from "./resource.ts";
import { ManualClock, settle } from "./testing/manual-clock.ts";
import { MemoryApi } from "./testing/memory-api.ts";
import { MemoryCaches } from "./testing/memory-caches.ts";

type Toy = KubernetesObject & { spec?: { data?: string }; status?: unknown };
type Config = KubernetesObject & { data?: Record<string, string> };
const toyKind = kinds.Cell as ResourceKind as ResourceKind<Toy>;
const configKind = kinds.ConfigMap as ResourceKind as ResourceKind<Config>;

/** Copies `spec.data` of a toy into a ConfigMap of its name. */
const definition: ControllerDefinition<Toy, Toy, unknown, { prefix: string }> = {
  name: "toy-controller",
  primary: toyKind,
  watches: [{ kind: configKind }],
  parse: (object) => ({ ok: true, value: object }),
  malformed: (_object, message) => ({ message }),
  observe: (object) => object,
  reconcile: (toy, { settings }) => ({
    objects: [
      {
        write: "apply",
        kind: configKind,
        object: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: {
            namespace: "t1",
            name: toy.metadata?.name ?? "",
            ownerReferences: [
              {
                apiVersion: "multigres.com/v1alpha1",
                kind: "Cell",
                name: toy.metadata?.name ?? "",
                uid: toy.metadata?.uid ?? "",
                controller: true,
              },
            ],
          },
          data: { value: settings.prefix + (toy.spec?.data ?? "") },
        } as KubernetesObject,
      },
    ],
    deletions: [],
    events: [],
    status: (failures) => ({ failures: failures.length }),
  }),
};

const running: Manager[] = [];
const measured: Metrics[] = [];
afterEach(async () => {
  for (const metrics of measured.splice(0)) metrics.stop();
  running.splice(0);
});

function aManager(api: MemoryApi, clock: ManualClock, pod: string, election = true) {
  const caches = new MemoryCaches(api, ["Cell", "ConfigMap"]);
  const metrics = createMetrics("toy-controller", 2);
  measured.push(metrics);
  let ids = 0;
  const manager = createManager({
    definition,
    settings: { prefix: ">" },
    kit: {
      POD_NAME: pod,
      POD_NAMESPACE: "system",
      WATCH_NAMESPACE: "",
      LOG_LEVEL: "silent",
      METRICS_PORT: 0,
      HEALTH_PORT: 0,
      LEADER_ELECTION: election,
      WORKERS: 2,
    },
    kubernetesCluster: "k1",
    client: api,
    leaseClient: api,
    caches,
    metrics,
    log: pino({ level: "silent" }),
    clock,
    random: () => 0,
    uniqueId: () => `${pod}-${ids++}`,
    drainMs: 5000,
  });
  running.push(manager);
  const text = () => metrics.registry.metrics();
  return { manager, caches, text };
}

async function ready(manager: Manager): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${manager.ports?.health}/readyz`);
  return `${response.status} ${await response.text()}`.trim();
}

const value = (api: MemoryApi, name = "a") => api.peek(configKind, `t1/${name}`)?.data?.["value"];
const aToy = (api: MemoryApi, name = "a", data = "1") =>
  api.seed(toyKind, {
    apiVersion: "multigres.com/v1alpha1",
    kind: "Cell",
    metadata: { namespace: "t1", name },
    spec: { data },
  });
const domainWrites = (api: MemoryApi) => api.writes.filter((write) => !write.includes("Lease"));

describe("a manager", () => {
  it("reconciles what is there once its caches are filled, and what comes later", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    aToy(api);
    const { manager, caches } = aManager(api, clock, "p1");
    await manager.start();
    await settle();
    expect(manager.isLeading).toBe(true);
    expect(await ready(manager)).toBe("503 no list yet of Cell, ConfigMap");
    // What one cache tells before the others are filled isn't acted on: children could seem to be missing.
    aToy(api, "early");
    await settle();
    expect(domainWrites(api)).toEqual([]);
    caches.sync();
    await settle();
    expect(await ready(manager)).toBe("200 ok");
    expect(value(api)).toBe(">1");
    aToy(api, "b", "2");
    await settle();
    expect(value(api, "b")).toBe(">2");
    await manager.stop();
  });

  it("writes nothing more once everything is as wanted, its own writes included", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    aToy(api);
    const { manager, caches } = aManager(api, clock, "p1");
    await manager.start();
    caches.sync();
    await clock.advance(120_000);
    expect(domainWrites(api)).toEqual(["create ConfigMap a", "applyStatus Cell a"]);
    await manager.stop();
  });

  it("puts a child back that somebody edits or deletes", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    aToy(api);
    const { manager, caches } = aManager(api, clock, "p1");
    await manager.start();
    caches.sync();
    await clock.advance(1000);
    api.edit(configKind, "t1/a", "person", (config) => {
      config.data = { value: "edited" };
    });
    await clock.advance(1000);
    expect(value(api)).toBe(">1");
    api.remove(configKind, "t1/a");
    await clock.advance(1000);
    expect(value(api)).toBe(">1");
    await manager.stop();
  });

  it("heals by itself when a write failed for a time", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    api.failNext("create", "a", new ApiError({ code: 503, reason: "ServiceUnavailable", message: "down" }), 5);
    aToy(api);
    const { manager, caches } = aManager(api, clock, "p1");
    await manager.start();
    caches.sync();
    await settle();
    expect(api.peek(toyKind, "t1/a")?.status).toEqual({ failures: 1 });
    await clock.advance(10_000);
    expect(value(api)).toBe(">1");
    expect(api.peek(toyKind, "t1/a")?.status).toEqual({ failures: 0 });
    await manager.stop();
  });

  it("keeps a standby ready and silent, and lets it go on where the leader stopped", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    aToy(api);
    const a = aManager(api, clock, "p1");
    const b = aManager(api, clock, "p2");
    for (const { manager, caches } of [a, b]) {
      await manager.start();
      caches.sync();
      await settle();
    }
    expect([a.manager.isLeading, b.manager.isLeading]).toEqual([true, false]);
    expect(await ready(b.manager)).toBe("200 ok");
    expect(() => b.manager.assertLeading()).toThrow("doesn't hold the Lease");
    const writes = domainWrites(api).length;
    await a.manager.stop();
    aToy(api, "b", "2");
    await clock.advance(3_000);
    expect(b.manager.isLeading).toBe(true);
    expect(value(api, "b")).toBe(">2");
    expect(domainWrites(api).slice(writes)).toEqual(["create ConfigMap b", "applyStatus Cell b"]);
    await b.manager.stop();
  });

  it("stops in order: not ready, what is under way ends, then the Lease goes", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    aToy(api);
    const { manager, caches } = aManager(api, clock, "p1");
    let finish = () => {};
    const create = api.create.bind(api);
    api.create = (kind, object) =>
      kind.kind === "ConfigMap"
        ? new Promise((resolve, reject) => {
            finish = () => {
              create(kind, object).then(resolve, reject);
            };
          })
        : create(kind, object);
    await manager.start();
    caches.sync();
    await settle();
    const stopped = manager.stop();
    await settle();
    expect(await ready(manager)).toBe("503 stopping");
    expect(api.peek(leaseKind, "system/multigres-toy-controller")?.spec?.holderIdentity).toMatch(/^p1_/);
    finish();
    await stopped;
    expect(value(api)).toBe(">1");
    expect(api.writes.slice(-3)).toEqual([
      "create ConfigMap a",
      "applyStatus Cell a",
      "replace Lease multigres-toy-controller",
    ]);
    expect(api.peek(leaseKind, "system/multigres-toy-controller")?.spec?.holderIdentity).toBe("");
    expect(clock.pendingTimers).toBe(0);
  });

  it("writes nothing any more once the Lease is lost, and says so", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { manager, caches } = aManager(api, clock, "p1");
    await manager.start();
    caches.sync();
    await settle();
    api.edit(leaseKind, "system/multigres-toy-controller", "p2", (lease) => {
      lease.spec = { ...lease.spec, holderIdentity: "p2" };
    });
    await clock.advance(2_000);
    await manager.lost;
    aToy(api);
    await clock.advance(60_000);
    expect(domainWrites(api)).toEqual([]);
    await manager.stop();
  });

  it("aborts what is under way when the Lease is lost", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    aToy(api);
    let signal: AbortSignal | undefined;
    const create = api.create.bind(api);
    const { manager, caches } = aManager(api, clock, "p1");
    api.create = (kind, object, options) => {
      if (kind.kind !== "ConfigMap") return create(kind, object);
      signal = options?.signal;
      return new Promise(() => {});
    };
    await manager.start();
    caches.sync();
    await settle();
    expect(signal?.aborted).toBe(false);
    api.failNext(
      "replace",
      "multigres-toy-controller",
      new ApiError({ code: 0, reason: "NetworkError", message: "down" }),
      99,
    );
    await clock.advance(10_000);
    expect(signal?.aborted).toBe(true);
    expect(await manager.lost).toContain("could not be renewed");
  });

  it("writes nothing right after it was paused for longer than its Lease lives", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { manager, caches } = aManager(api, clock, "p1");
    await manager.start();
    caches.sync();
    await settle();
    clock.freeze(20_000);
    api.edit(leaseKind, "system/multigres-toy-controller", "p2", (lease) => {
      lease.spec = { ...lease.spec, holderIdentity: "p2" };
    });
    aToy(api);
    await settle();
    expect(domainWrites(api)).toEqual([]);
    await clock.advance(0);
    await manager.lost;
    await manager.stop();
  });

  it("reconciles at once without leader election", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    aToy(api);
    const { manager, caches } = aManager(api, clock, "p1", false);
    await manager.start();
    caches.sync();
    await settle();
    expect(api.writes).toEqual(["create ConfigMap a", "applyStatus Cell a"]);
    await manager.stop();
  });

  it("serves metrics under controller-runtime's names", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    aToy(api);
    const { manager, caches, text } = aManager(api, clock, "p1");
    await manager.start();
    caches.sync();
    await settle();
    const lines = (await text()).split("\n");
    for (const line of [
      'controller_runtime_reconcile_total{controller="toy-controller",result="error"} 0',
      'controller_runtime_max_concurrent_reconciles{controller="toy-controller"} 2',
      'controller_runtime_active_workers{controller="toy-controller"} 0',
      'workqueue_depth{name="toy-controller",controller="toy-controller",priority="0"} 0',
      'leader_election_master_status{name="toy-controller"} 1',
      'multigres_writes_total{kind="ConfigMap",verb="create"} 1',
      'multigres_cached_objects{kind="Cell"} 1',
    ]) {
      expect(lines).toContain(line);
    }
    expect(lines.join("\n")).toMatch(
      /controller_runtime_reconcile_total\{controller="toy-controller",result="success"\} [12]/,
    );
    await manager.stop();
  });

  it("wakes the owner of a child through the cache's old and new object", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const toy = aToy(api);
    const { manager, caches } = aManager(api, clock, "p1");
    await manager.start();
    caches.sync();
    await clock.advance(1000);
    api.edit(configKind, keyOf(toy), "person", (config) => delete config.metadata?.ownerReferences);
    await clock.advance(1000);
    // Without identity in labels it can't be told from a stranger's object: reported, not touched.
    expect(controllerOf(api.peek(configKind, "t1/a") ?? {})).toBeUndefined();
    expect(api.peek(toyKind, "t1/a")?.status).toEqual({ failures: 1 });
    await manager.stop();
  });
});
