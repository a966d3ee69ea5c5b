import { afterEach, describe, expect, it } from "vitest";
import { ApiError } from "../errors.ts";
import { FakeApiServer, type FakeApiServerOptions, type Fault, TcpProxy } from "../testing/index.ts";
import type { ClusterAccess } from "./access.ts";
import { createTransport, type Transport, type TransportOptions, type TransportRequest } from "./transport.ts";

const path = "/api/v1/namespaces/a/configmaps";
const body = JSON.stringify({ kind: "ConfigMap", metadata: { name: "one" } });
const read: TransportRequest = { method: "GET", verb: "list", path, idempotent: true };
const create: TransportRequest = { method: "POST", verb: "create", path, body, idempotent: false };
const watch: TransportRequest = {
  method: "GET",
  verb: "watch",
  path: `${path}?watch=true&resourceVersion=1000`,
  idempotent: true,
};

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function aServer(options?: FakeApiServerOptions): Promise<FakeApiServer> {
  const server = await FakeApiServer.start(options);
  cleanups.push(() => server.close());
  return server;
}

interface Seen {
  readonly codes: string[];
  readonly retries: string[];
  readonly renewed: string[];
}

function aTransport(access: ClusterAccess, options: Partial<TransportOptions> = {}): Transport & { seen: Seen } {
  const seen: Seen = { codes: [], retries: [], renewed: [] };
  const transport = createTransport({
    access,
    userAgent: "test/0",
    rateLimit: { qps: 1000, burst: 1000 },
    retry: { firstDelayMs: 1, maxDelayMs: 5 },
    observer: {
      onRequest: ({ code }) => seen.codes.push(code),
      onRetry: ({ why }) => seen.retries.push(why),
      onConnectionReplaced: (reason) => seen.renewed.push(reason),
    },
    ...options,
  });
  cleanups.push(() => transport.close());
  return Object.assign(transport, { seen });
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const outcome = await promise.then(
    () => new Error("it went well"),
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(ApiError);
  return outcome as ApiError;
}

async function next(stream: AsyncIterator<Uint8Array>): Promise<string> {
  const { value } = await stream.next();
  return Buffer.from(value as Uint8Array).toString();
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

describe("one connection", () => {
  it("carries watches and many parallel requests", async () => {
    const server = await aServer();
    const transport = aTransport(server.access);
    await Promise.all(Array.from({ length: 10 }, () => transport.stream(watch)));
    await Promise.all(Array.from({ length: 150 }, () => transport.request(read)));
    expect(server.connections).toBe(1);
    expect(server.watches.size).toBe(10);
  });

  it("is HTTP/1.1 where the server speaks nothing else", async () => {
    const server = await aServer({ http2: false });
    const transport = aTransport(server.access);
    const stream = (await transport.stream(watch))[Symbol.asyncIterator]();
    await transport.request(create);
    expect(await next(stream)).toContain('"ADDED"');
    expect((await failure(transport.request(create))).reason).toBe("AlreadyExists");
  });
});

describe("a request that the server never processed is sent again, whatever it is", () => {
  it.each<[string, Fault]>([
    ["GOAWAY", "goaway"],
    ["REFUSED_STREAM", "refuse"],
    ["429", { answer: 429, headers: { "retry-after": "0" } }],
    ["503 with Retry-After", { answer: 503, headers: { "retry-after": "0" } }],
  ])("%s", async (_, fault) => {
    const server = await aServer();
    server.fail(() => true, fault, 3);
    const transport = aTransport(server.access);
    await transport.request(create);
    expect(transport.seen.retries).toHaveLength(3);
    expect(server.objects.list("v1/configmaps")).toHaveLength(1);
  });

  it("a refused connection, until the server is there", async () => {
    const server = await aServer();
    const proxy = await TcpProxy.start(server.access.server);
    await proxy.close();
    const transport = aTransport({ ...server.access, server: proxy.url });
    const error = await failure(transport.request(create));
    expect(error).toMatchObject({ code: 0, reason: "NetworkError" });
    expect(transport.seen.retries).toHaveLength(5);
  });
});

describe("a request of which nobody knows whether it was processed", () => {
  it.each<[string, Fault]>([
    ["a reset connection", "reset"],
    ["a cut body", "cut-body"],
    ["a bare 503", { answer: 503 }],
    ["an answer that is no JSON", { answer: 200, body: "<html>" }],
  ])("is sent again after %s if it may happen twice", async (_, fault) => {
    const server = await aServer();
    server.fail(() => true, fault, 2);
    await expect(aTransport(server.access).request(read)).resolves.toMatchObject({ kind: "List" });
  });

  it("is not sent again if it may not: the object was made, and the caller has to look", async () => {
    const server = await aServer();
    server.fail(() => true, "reset-after");
    const error = await failure(aTransport(server.access).request(create));
    expect(error).toMatchObject({ code: 0, reason: "NetworkError" });
    expect(server.requests).toHaveLength(1);
    expect(server.objects.list("v1/configmaps")).toHaveLength(1);
  });

  it("fails in the end", async () => {
    const server = await aServer();
    server.fail(() => true, "reset", 100);
    const transport = aTransport(server.access, { retry: { attempts: 4, firstDelayMs: 1, maxDelayMs: 2 } });
    await failure(transport.request(read));
    expect(server.requests).toHaveLength(4);
  });
});

describe("a GOAWAY while watches are open", () => {
  it("leaves the watches on the old connection and opens a new one for requests", async () => {
    const server = await aServer();
    const transport = aTransport(server.access);
    const stream = (await transport.stream(watch))[Symbol.asyncIterator]();
    server.fail(({ method }) => method === "POST", "goaway");
    await transport.request(create);
    await transport.request(read);
    expect(await next(stream)).toContain('"ADDED"');
    expect(server.connections).toBe(2);
  });
});

describe("an answer above 400", () => {
  it("is an error with the server's reason, message and wish", async () => {
    const server = await aServer();
    server.fail(() => true, { answer: 503, reason: "Draining", headers: { "retry-after": "120" } });
    const error = await failure(aTransport(server.access).request(read));
    expect(error).toMatchObject({ code: 503, reason: "Draining", message: "fault 503", retryAfterSeconds: 120 });
    expect(server.requests).toHaveLength(1);
  });

  it("has a reason even if it carries no Status", async () => {
    const server = await aServer();
    server.fail(() => true, { answer: 404, body: "404 page not found\n" });
    expect(await failure(aTransport(server.access).request(read))).toMatchObject({
      reason: "NotFound",
      message: "404 page not found",
    });
  });
});

describe("401", () => {
  function rotating(server: FakeApiServer, tokens: string[]): ClusterAccess & { refreshed: number } {
    let headers = { authorization: `Bearer ${tokens.shift()}` };
    return {
      ...server.access,
      refreshed: 0,
      headers: async () => headers,
      refresh() {
        this.refreshed += 1;
        headers = { authorization: `Bearer ${tokens.shift()}` };
      },
    };
  }

  it("makes the token be read anew, once", async () => {
    const server = await aServer({ tokens: new Set(["new"]) });
    const access = rotating(server, ["old", "new"]);
    await aTransport(access).request(create);
    expect(access.refreshed).toBe(1);
  });

  it("is the answer if the new token is no better", async () => {
    const server = await aServer({ tokens: new Set() });
    const access = rotating(server, ["old", "older", "oldest"]);
    expect(await failure(aTransport(access).request(read))).toMatchObject({ code: 401 });
    expect(server.requests).toHaveLength(2);
  });

  it("opens a new connection where the connection carries the identity", async () => {
    const server = await aServer({ tokens: new Set(["new"]) });
    const access = { ...rotating(server, ["old", "new"]), authenticatesByCertificate: () => true };
    await aTransport(access).request(read);
    expect(server.connections).toBe(2);
  });

  it("credentials that can't be had are an error of the network, not a crash", async () => {
    const server = await aServer();
    const access = { ...server.access, headers: () => Promise.reject(new Error("no such file")) };
    expect(await failure(aTransport(access).request(create))).toMatchObject({ reason: "NetworkError" });
  });
});

describe("time", () => {
  const hurried = { ...read, timeoutMs: 50 };

  it("runs out for a request that is never answered, and the connection stays if its peer is there", async () => {
    const server = await aServer();
    const transport = aTransport(server.access);
    server.fail(() => true, "hang", 1000);
    expect(await failure(transport.request(hurried))).toMatchObject({ code: 0, reason: "RequestTimeout" });
    server.heal();
    await transport.request(read);
    expect(server.connections).toBe(1);
  });

  it("running out again and again makes for a new connection", async () => {
    const server = await aServer();
    const transport = aTransport(server.access);
    await transport.request(read);
    server.fail(() => true, "hang", 1000);
    for (let i = 0; i < 3; i++) await failure(transport.request(hurried));
    server.heal();
    await transport.request(read);
    expect(transport.seen.renewed).toEqual(["timeouts"]);
    expect(server.connections).toBe(2);
  });

  it("isn't wasted on a wish of the server that exceeds it", async () => {
    const server = await aServer();
    server.fail(() => true, { answer: 429, headers: { "retry-after": "3600" } });
    expect(await failure(aTransport(server.access).request(read))).toMatchObject({
      code: 429,
      retryAfterSeconds: 3600,
    });
  });

  it("of the caller counts too", async () => {
    const server = await aServer();
    server.fail(() => true, "hang", 2);
    const transport = aTransport(server.access);
    expect(await failure(transport.request({ ...read, signal: AbortSignal.timeout(20) }))).toMatchObject({
      reason: "RequestTimeout",
    });
    const caller = new AbortController();
    const pending = failure(transport.request({ ...read, signal: caller.signal }));
    caller.abort();
    expect(await pending).toMatchObject({ reason: "Aborted" });
  });
});

describe("a peer that vanished without a word", () => {
  it("is found out by PING: the watch breaks and requests go through a new connection", async () => {
    const server = await aServer();
    const proxy = await TcpProxy.start(server.access.server);
    cleanups.push(() => proxy.close());
    const access = { ...server.access, server: proxy.url };
    const transport = aTransport(access, { peerCheck: { silenceMs: 30, answerMs: 60 } });
    const stream = (await transport.stream(watch))[Symbol.asyncIterator]();
    const broken = failure(stream.next());
    proxy.freeze();
    expect(await broken).toMatchObject({ reason: "NetworkError" });
    await transport.request(read);
    expect(transport.seen.renewed).toEqual(["no answer to ping"]);
    expect(proxy.connections).toBe(2);
  });

  it("isn't suspected while it answers", async () => {
    const server = await aServer();
    const transport = aTransport(server.access, { peerCheck: { silenceMs: 10, answerMs: 200 } });
    const stream = (await transport.stream(watch))[Symbol.asyncIterator]();
    await new Promise((resolve) => setTimeout(resolve, 80));
    await transport.request(create);
    expect(await next(stream)).toContain('"ADDED"');
    expect(server.connections).toBe(1);
  });
});

it("a silent connection that got a GOAWAY isn't taken for dead, and its watches live on", async () => {
  const server = await aServer();
  const transport = aTransport(server.access, { peerCheck: { silenceMs: 10, answerMs: 500 } });
  const stream = (await transport.stream(watch))[Symbol.asyncIterator]();
  server.fail(({ method }) => method === "POST", "goaway");
  await transport.request(create);
  expect(await next(stream)).toContain('"ADDED"');
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(transport.seen.renewed).toEqual([]);
  expect(server.watches.size).toBe(1);
});

describe("a stream", () => {
  it("ends quietly when the server ends it", async () => {
    const server = await aServer();
    const chunks = await aTransport(server.access).stream(watch);
    for (const open of server.watches) open.end();
    expect(await collect(chunks)).toEqual([]);
  });

  it("throws when it is cut, after what came before", async () => {
    const server = await aServer();
    const stream = (await aTransport(server.access).stream(watch))[Symbol.asyncIterator]();
    for (const open of server.watches) open.cut("half");
    expect(await next(stream)).toBe("half");
    expect(await failure(stream.next())).toMatchObject({ reason: "NetworkError" });
  });

  it("is closed at the server when its reader goes", async () => {
    const server = await aServer();
    const transport = aTransport(server.access);
    const chunks = await transport.stream(watch);
    await transport.request(create);
    for await (const _ of chunks) break;
    await expect.poll(() => server.watches.size).toBe(0);
  });

  it("is closed at the server when the caller's signal fires", async () => {
    const server = await aServer();
    const caller = new AbortController();
    const chunks = await aTransport(server.access).stream({ ...watch, signal: caller.signal });
    const ended = failure(collect(chunks));
    caller.abort();
    expect(await ended).toMatchObject({ reason: "Aborted" });
    await expect.poll(() => server.watches.size).toBe(0);
  });
});

it("holds requests back above the rate, in order", async () => {
  const server = await aServer();
  const waits: number[] = [];
  const transport = aTransport(server.access, {
    rateLimit: { qps: 4, burst: 2 },
    observer: { onThrottled: (ms) => waits.push(ms) },
  });
  await Promise.all(Array.from({ length: 4 }, () => transport.request(read)));
  expect(waits).toHaveLength(2);
  expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
});

it("reports every attempt, with the code that client-go's metric has", async () => {
  const server = await aServer();
  server.fail(() => true, "reset");
  const transport = aTransport(server.access);
  await transport.request(read);
  expect(transport.seen.codes).toEqual(["<error>", "200"]);
});
