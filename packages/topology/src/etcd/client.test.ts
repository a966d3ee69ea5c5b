import { describe, expect, it } from "vitest";
import { AbortedError, InvalidSettingError, MalformedAnswerError, RejectedError, UnreachableError } from "../errors.ts";
import { createEtcdClient, type EtcdOptions, type ObservedRequest } from "./client.ts";
import type { Exchange, ExchangeAnswer, ExchangeRequest } from "./exchange.ts";

const empty = { status: 200, text: '{"header":{"revision":"1"},"succeeded":true,"responses":[{"response_range":{}}]}' };
const noLeader = { status: 503, text: '{"code":14,"message":"etcdserver: no leader"}' };
const refused = () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" });

type Behaviour = (request: ExchangeRequest) => ExchangeAnswer | Promise<ExchangeAnswer>;

function aClient(behaviour: Behaviour, options: Partial<EtcdOptions> = {}) {
  const asked: string[] = [];
  const observed: ObservedRequest[] = [];
  const exchange: Exchange = Object.assign(
    async (request: ExchangeRequest) => {
      asked.push(request.address.host);
      return behaviour(request);
    },
    { close: () => undefined },
  );
  const client = createEtcdClient({
    addresses: ["a:1", "b:1", "c:1"],
    retry: { rounds: 3, baseMs: 1, maxMs: 1 },
    exchange,
    observe: (request) => observed.push(request),
    ...options,
  });
  return { read: (signal?: AbortSignal) => client.read([{ key: "/k" }], { signal }), asked, observed };
}

const throwIt = (error: Error): never => {
  throw error;
};

describe("the etcd client", () => {
  it("goes on to the next address, and stays with the one that answers", async () => {
    const { read, asked, observed } = aClient(({ address }) => (address.host === "b" ? empty : throwIt(refused())));
    await read();
    await read();
    expect(asked).toEqual(["a", "b", "b"]);
    expect(observed.map(({ address, operation, outcome }) => [address, operation, outcome])).toEqual([
      ["a:1", "read", "failed"],
      ["b:1", "read", "answered"],
      ["b:1", "read", "answered"],
    ]);
  });

  it("repeats a round in which none answered", async () => {
    let left = 4;
    const { read, asked } = aClient(() => (left-- > 0 ? noLeader : empty));
    await read();
    expect(asked).toEqual(["a", "b", "c", "a", "b"]);
  });

  it("gives up after the last round, and says of each address why", async () => {
    const { read, asked } = aClient(({ address }) => (address.host === "b" ? noLeader : throwIt(refused())));
    const error = await read().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as UnreachableError).failures.map(({ address, kind }) => [address, kind])).toEqual([
      ["a:1", "refused"],
      ["b:1", "unavailable"],
      ["c:1", "refused"],
    ]);
    expect((error as UnreachableError).message).toContain("b:1: etcd can't serve now (etcdserver: no leader)");
    expect((error as UnreachableError).cause).toMatchObject({ code: "ECONNREFUSED" });
    expect(asked).toHaveLength(9);
  });

  it("asks nobody else when etcd refuses", async () => {
    const { read, asked } = aClient(() => ({ status: 403, text: '{"code":7,"message":"permission denied"}' }));
    await expect(read()).rejects.toMatchObject({ name: "RejectedError", address: "a:1", status: 403, code: 7 });
    await expect(read()).rejects.toBeInstanceOf(RejectedError);
    expect(asked).toEqual(["a", "a"]);
  });

  it("doesn't take something else for etcd", async () => {
    await expect(aClient(() => ({ status: 200, text: "<html>" })).read()).rejects.toBeInstanceOf(MalformedAnswerError);
  });

  it("bounds one request in time, and goes on", async () => {
    const { read, asked } = aClient(({ address, signal }) => (address.host === "a" ? never(signal) : empty), {
      requestTimeoutMs: 20,
    });
    await read();
    expect(asked).toEqual(["a", "b"]);
  });

  it("bounds all retries together in time", async () => {
    const { read, asked } = aClient(({ signal }) => never(signal), {
      requestTimeoutMs: 60_000,
      totalTimeoutMs: 20,
    });
    await expect(read()).rejects.toMatchObject({ name: "UnreachableError", failures: [{ kind: "timeout" }] });
    expect(asked).toEqual(["a"]);
  });

  it("ends at once when the caller gives up, during a request or a pause", async () => {
    const during = new AbortController();
    const request = aClient(({ signal }) => {
      setImmediate(() => during.abort(new Error("stop")));
      return never(signal);
    });
    await expect(request.read(during.signal)).rejects.toBeInstanceOf(AbortedError);
    expect(request.asked).toEqual(["a"]);

    const between = new AbortController();
    const pause = aClient(
      () => {
        setImmediate(() => between.abort(new Error("stop")));
        return throwIt(refused());
      },
      { addresses: ["a:1"], retry: { rounds: 2, baseMs: 60_000, maxMs: 60_000 }, random: () => 0.9 },
    );
    await expect(pause.read(between.signal)).rejects.toBeInstanceOf(AbortedError);
    expect(pause.asked).toEqual(["a"]);
    await expect(pause.read(AbortSignal.abort())).rejects.toBeInstanceOf(AbortedError);
    expect(pause.asked).toEqual(["a"]);
  });

  it.each([
    ["no address", { addresses: [] }],
    ["an address without a port", { addresses: ["etcd"] }],
    ["half a client certificate", { tls: { cert: "x" }, exchange: undefined }],
  ])("%s is refused before anything is dialled", (_, options) => {
    expect(() => aClient(() => empty, options)).toThrow(InvalidSettingError);
  });

  it("dials what an override says, and keeps the name for the certificate", async () => {
    const requests: ExchangeRequest[] = [];
    const overrides = [{ pattern: "a", address: "127.0.0.1:9", prefix: "/p" }];
    const { read } = aClient(
      (request) => {
        requests.push(request);
        return empty;
      },
      { addresses: ["a:1"], dialOverrides: overrides },
    );
    await read();
    expect(requests).toMatchObject([{ address: { host: "127.0.0.1", port: 9 }, serverName: "a", path: "/v3/kv/txn" }]);
    expect(requests[0]?.body).toContain(Buffer.from("/p/k").toString("base64"));
  });
});

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
}
