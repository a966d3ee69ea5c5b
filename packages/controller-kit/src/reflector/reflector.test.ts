import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { kinds } from "../kinds.ts";
import type { KubernetesObject } from "../resource.ts";
import { createStore, type ObjectStore } from "../store/object-store.ts";
import { FakeApiServer, type FakeApiServerOptions, type RecordedRequest, TcpProxy } from "../testing/index.ts";
import { createTransport } from "../transport/transport.ts";
import { createReflector, type Reflector, type ReflectorOptions, type ReflectorTimes } from "./reflector.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const resource = "v1/configmaps";
const fast: ReflectorTimes = {
  backoff: { firstMs: 5, maxMs: 20 },
  networkMaxMs: 10,
  refusedMs: 20,
  idleMs: 5_000,
  stableMs: 0,
  serverTimeoutSeconds: 300,
};

interface Setup extends FakeApiServerOptions {
  readonly times?: Partial<ReflectorTimes>;
  readonly url?: (server: FakeApiServer) => Promise<string>;
  readonly prepare?: (server: FakeApiServer) => void;
  readonly reflector?: Partial<ReflectorOptions<KubernetesObject>>;
  readonly onChange?: (before: KubernetesObject | undefined, after: KubernetesObject | undefined) => void;
}

interface Running {
  readonly server: FakeApiServer;
  readonly store: ObjectStore<KubernetesObject>;
  readonly reflector: Reflector;
  readonly restarts: string[];
  readonly listed: number[];
  readonly changes: string[];
  readonly logged: string[];
  readonly stop: () => Promise<void>;
}

async function running(setup: Setup = {}): Promise<Running> {
  const server = await FakeApiServer.start(setup);
  cleanups.push(() => server.close());
  setup.prepare?.(server);
  const access = { ...server.access, ...(setup.url && { server: await setup.url(server) }) };
  const transport = createTransport({
    access,
    userAgent: "test/0",
    retry: { attempts: 1 },
    rateLimit: { qps: 1000, burst: 1000 },
  });
  cleanups.push(() => transport.close());
  const restarts: string[] = [];
  const listed: number[] = [];
  const changes: string[] = [];
  const logged: string[] = [];
  const store = createStore<KubernetesObject>({
    onChange: (before, after) => {
      const type = before ? (after ? "changed" : "removed") : "added";
      changes.push(`${type} ${(after ?? before)?.metadata?.name}`);
      setup.onChange?.(before, after);
    },
  });
  const reflector = createReflector<KubernetesObject>({
    transport,
    kind: kinds.ConfigMap,
    sink: store,
    log: pino({ level: "info" }, { write: (line: string) => logged.push(line) }),
    observer: { onRestart: (_, reason) => restarts.push(reason), onListed: (_, objects) => listed.push(objects) },
    times: { ...fast, ...setup.times },
    ...setup.reflector,
  });
  const controller = new AbortController();
  const run = reflector.run(controller.signal);
  const stop = async () => {
    controller.abort();
    await run;
  };
  cleanups.push(stop);
  return { server, store, reflector, restarts, listed, changes, logged, stop };
}

function make(
  server: FakeApiServer,
  name: string,
  fields: { namespace?: string; labels?: Record<string, string> } = {},
): void {
  const { namespace = "a", labels } = fields;
  server.objects.create(resource, namespace, { kind: "ConfigMap", metadata: { name, ...(labels && { labels }) } });
}

const names = (store: ObjectStore<KubernetesObject>) =>
  sorted(store.list().map(({ metadata }) => metadata?.name ?? ""));

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort((a, b) => a.localeCompare(b));
}
const isWatch = ({ query }: RecordedRequest) => query.get("watch") === "true";
const isList = (request: RecordedRequest) => !isWatch(request);

/** The store becomes what the server has, and follows it from then on. */
async function expectToFollow({ server, store }: Running, mark = "mark"): Promise<void> {
  await expect.poll(() => server.watches.size).toBe(1);
  make(server, mark);
  await expect.poll(() => store.get(`a/${mark}`), { timeout: 20_000 }).toBeDefined();
  const live = sorted(server.objects.list(resource).map(({ metadata }) => metadata.name));
  expect(names(store)).toEqual(live);
}

describe("in good times", () => {
  it("lists by watching, follows every change, and drops managedFields", async () => {
    const all = await running({ prepare: (server) => make(server, "one") });
    const { server, store, changes } = all;
    await expect.poll(() => store.hasSynced).toBe(true);
    make(server, "two");
    server.objects.merge(resource, "a", "one", { metadata: { labels: { x: "y" } } }, false);
    server.objects.delete(resource, "a", "two");
    await expect.poll(() => changes).toEqual(["added one", "added two", "changed one", "removed two"]);
    expect(server.requests.filter(isList)).toEqual([]);
    const { query } = server.requests[0] as RecordedRequest;
    expect(Object.fromEntries(query)).toMatchObject({
      sendInitialEvents: "true",
      resourceVersionMatch: "NotOlderThan",
      allowWatchBookmarks: "true",
    });
    expect(Number(query.get("timeoutSeconds"))).toBeGreaterThanOrEqual(300);
    expect(Number(query.get("timeoutSeconds"))).toBeLessThanOrEqual(600);
  });

  it("sees only its namespace and its labels", async () => {
    const { store } = await running({
      reflector: { namespace: "a", labelSelector: "app=x" },
      prepare: (server) => {
        make(server, "mine", { labels: { app: "x" } });
        make(server, "unlabelled");
        make(server, "elsewhere", { namespace: "b", labels: { app: "x" } });
      },
    });
    await expect.poll(() => names(store)).toEqual(["mine"]);
  });

  it("goes on from the last bookmark when the server ends the watch", async () => {
    const all = await running({ times: { stableMs: 0 } });
    const { server, restarts } = all;
    await expect.poll(() => server.watches.size).toBe(1);
    const [watch] = server.watches;
    watch?.send(JSON.stringify({ type: "BOOKMARK", object: { metadata: { resourceVersion: "1234567" } } }));
    watch?.end();
    await expect.poll(() => server.requests.length).toBe(2);
    expect(server.requests[1]?.query.get("resourceVersion")).toBe("1234567");
    expect(restarts).toEqual(["ended"]);
  });

  it("stops at once, also while it waits", async () => {
    const { stop, restarts } = await running({
      times: { refusedMs: 60_000 },
      prepare: (server) => server.missing.add(resource),
    });
    await expect.poll(() => restarts).toEqual(["refused"]);
    await stop();
  });
});

describe("a server before WatchList", () => {
  it("is listed and watched", async () => {
    const all = await running({ watchList: false, prepare: (server) => make(server, "one") });
    await expectToFollow(all);
    expect(all.restarts).toEqual(["fallback"]);
    expect(all.store.get("a/one")).toMatchObject({ apiVersion: "v1", kind: "ConfigMap" });
  });

  it("whose list fails is asked again", async () => {
    const all = await running({
      watchList: false,
      prepare: (server) => server.fail(isList, { answer: 500 }, 3),
    });
    await expectToFollow(all);
    expect(all.restarts).toEqual(["fallback", "unavailable", "unavailable", "unavailable"]);
  });
});

describe("410", () => {
  it("on opening a watch makes for a new list that shows what was missed", async () => {
    const all = await running({
      prepare: (server) => ["gone", "made-again", "kept"].forEach((name) => make(server, name)),
    });
    const { server, store, changes } = all;
    await expect.poll(() => store.hasSynced).toBe(true);
    changes.length = 0;
    server.fail(isWatch, { answer: 503 }, 1000);
    for (const watch of server.watches) watch.cut();
    await expect.poll(() => server.watches.size).toBe(0);
    server.objects.delete(resource, "a", "gone");
    server.objects.delete(resource, "a", "made-again");
    make(server, "made-again");
    server.objects.compact();
    server.heal();
    await expectToFollow(all);
    expect(all.restarts).toContain("expired");
    expect(changes).toEqual(["removed gone", "removed made-again", "added made-again", "added mark"]);
  });

  it("within a watch does the same", async () => {
    const all = await running();
    await expect.poll(() => all.server.watches.size).toBe(1);
    for (const watch of all.server.watches) {
      watch.send(JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } }));
    }
    await expect.poll(() => all.listed.length).toBe(2);
    await expectToFollow(all);
    expect(all.restarts).toEqual(["expired"]);
  });

  it("again and again is met with growing pauses, and is survived", async () => {
    const all = await running({ times: { stableMs: 10_000 } });
    await expect.poll(() => all.store.hasSynced).toBe(true);
    all.server.fail(isWatch, { answer: 410, reason: "Expired" }, 20);
    for (const watch of all.server.watches) watch.cut();
    await expect.poll(() => all.restarts.length, { timeout: 20_000 }).toBe(21);
    await expectToFollow(all);
    const waits = all.logged.map((line) => (JSON.parse(line) as { waitMs: number }).waitMs);
    expect(Math.max(...waits)).toBeGreaterThanOrEqual(15);
  });
});

it("after a long outage the list that mends it isn't held back by the failures before", async () => {
  const all = await running({ times: { stableMs: 60_000, backoff: { firstMs: 5, maxMs: 60_000 } } });
  await expect.poll(() => all.store.hasSynced).toBe(true);
  all.server.fail(isWatch, "reset", 1000);
  for (const watch of all.server.watches) watch.cut();
  await expect.poll(() => all.restarts.length, { timeout: 20_000 }).toBeGreaterThan(20);
  make(all.server, "missed");
  all.server.objects.compact();
  all.server.heal();
  await expectToFollow(all);
  const last = JSON.parse(all.logged.at(-1) ?? "{}") as { reason: string; waitMs: number };
  expect(last.reason).toBe("expired");
  expect(last.waitMs).toBeLessThan(10);
});

describe("a broken stream", () => {
  it.each<[string, string, (running: Running) => void]>([
    ["a cut watch", "network", ({ server }) => server.watches.forEach((watch) => watch.cut())],
    [
      "a watch cut within a line",
      "network",
      ({ server }) => server.watches.forEach((watch) => watch.cut('{"type":"ADD')),
    ],
    ["a dropped connection", "network", ({ server }) => server.dropConnections()],
    [
      "an ERROR event",
      "error",
      ({ server }) => server.watches.forEach((watch) => watch.send('{"type":"ERROR","object":{"code":500}}')),
    ],
    ["a line that is no JSON", "malformed", ({ server }) => server.watches.forEach((watch) => watch.send("{oops"))],
    [
      "an event of an unknown type",
      "malformed",
      ({ server }) =>
        server.watches.forEach((watch) =>
          watch.send('{"type":"WHAT","object":{"metadata":{"name":"a","uid":"b","resourceVersion":"5"}}}'),
        ),
    ],
  ])("%s loses nothing", async (_, reason, breakIt) => {
    const all = await running({ prepare: (server) => make(server, "one") });
    const { server, store, restarts } = all;
    await expect.poll(() => store.hasSynced).toBe(true);
    // Until it is healed nobody watches: what comes now has to be caught up with.
    server.fail(isWatch, { answer: 503 }, 1000);
    breakIt(all);
    await expect.poll(() => restarts[0]).toBe(reason);
    make(server, "meanwhile");
    server.heal();
    await expectToFollow(all);
    expect(all.changes).toEqual(["added one", "added meanwhile", "added mark"]);
    // Only what can't be read costs a list.
    expect(all.listed).toHaveLength(reason === "malformed" ? 2 : 1);
  });

  it("whose line was no JSON is logged without the line, and everything is listed anew", async () => {
    const all = await running();
    await expect.poll(() => all.store.hasSynced).toBe(true);
    for (const watch of all.server.watches) watch.send('{"password":"hunter2"');
    await expect.poll(() => all.listed.length).toBe(2);
    expect(all.logged.join("")).toContain("malformed");
    expect(all.logged.join("")).not.toContain("hunter2");
  });

  it("with an ERROR event time and again is listed anew: the version itself may be bad", async () => {
    const all = await running();
    await expect.poll(() => all.store.hasSynced).toBe(true);
    const fail = () => all.server.watches.forEach((watch) => watch.send('{"type":"ERROR","object":{"code":500}}'));
    const listedAfter = () => {
      fail();
      return all.listed.length;
    };
    await expect.poll(listedAfter).toBeGreaterThan(1);
    expect(all.restarts.length).toBeGreaterThan(1);
  });

  it("that was cut within the first list gives no half list", async () => {
    const all = await running({
      prepare: (server) => {
        make(server, "one");
        server.fail(isWatch, {
          answer: 200,
          body: '{"type":"ADDED","object":{"metadata":{"name":"x","uid":"y","resourceVersion":"3"}}}\n',
        });
      },
    });
    await expectToFollow(all);
    expect(all.changes).toEqual(["added one", "added mark"]);
  });
});

describe("silence", () => {
  it("is taken for death", async () => {
    const all = await running({ times: { idleMs: 60 } });
    await expect.poll(() => all.restarts).toContain("idle");
    await expectToFollow(all);
  });

  it("of a half-open connection too", async () => {
    const proxies: TcpProxy[] = [];
    const all = await running({
      times: { idleMs: 100 },
      url: async (server) => {
        const proxy = await TcpProxy.start(server.access.server);
        proxies.push(proxy);
        cleanups.push(() => proxy.close());
        return proxy.url;
      },
    });
    await expect.poll(() => all.store.hasSynced).toBe(true);
    proxies[0]?.freeze();
    make(all.server, "missed");
    await expect.poll(() => all.restarts).toContain("idle");
    proxies[0]?.drop();
    await expect.poll(() => names(all.store), { timeout: 20_000 }).toEqual(["missed"]);
  });
});

describe("a refusal", () => {
  it("for want of the CRD is reported and heals by itself", async () => {
    const all = await running({ prepare: (server) => server.missing.add(resource) });
    await expect.poll(() => all.reflector.problem).toMatch(/doesn't know configmaps.core; is its CRD installed/);
    expect(all.store.hasSynced).toBe(false);
    all.server.heal();
    await expectToFollow(all);
    expect(all.reflector.problem).toBeUndefined();
  });

  it.each([401, 403])("with %i is reported and heals by itself", async (code) => {
    const all = await running({ prepare: (server) => server.fail(isWatch, { answer: code, reason: "No" }, 1000) });
    await expect.poll(() => all.reflector.problem).toBe(`ConfigMap: fault ${code}`);
    all.server.heal();
    await expectToFollow(all);
    expect(all.reflector.problem).toBeUndefined();
    expect(new Set(all.restarts)).toEqual(new Set(["refused"]));
  });

  it("with 429 waits as long as asked", async () => {
    const all = await running({
      prepare: (server) => server.fail(isWatch, { answer: 429, headers: { "retry-after": "1" } }),
    });
    await expect.poll(() => all.logged.length).toBe(1);
    expect((JSON.parse(all.logged[0] ?? "{}") as { waitMs: number }).waitMs).toBeGreaterThanOrEqual(1000);
  });
});

it("closing watches at once is met with pauses", async () => {
  const all = await running({ times: { stableMs: 10_000 } });
  all.server.fail(isWatch, { answer: 200, body: "" }, 5);
  await expect.poll(() => all.restarts.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  expect(new Set(all.restarts)).toEqual(new Set(["short"]));
});

it("a listener that throws stops nothing", async () => {
  const all = await running({
    onChange: () => {
      throw new Error("poisoned");
    },
  });
  await expectToFollow(all);
  await expectToFollow(all, "second");
  expect(all.restarts).toEqual([]);
});
