import { setTimeout as sleep } from "node:timers/promises";
import { type DialOverride, dialTargets } from "../dial-overrides.ts";
import { AbortedError, type AddressFailure, RejectedError, UnreachableError } from "../errors.ts";
import { type Address, parseAddress } from "./addresses.ts";
import { type ClientTls, secureContext } from "./client-tls.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import { connectionFailure, judgeAnswer, type Outcome, timeoutFailure } from "./failure.ts";
import { parseReadAnswer, parseWriteAnswer, readBody, writeBody } from "./gateway-json.ts";
import { withKeyPrefix } from "./key-prefix.ts";
import type { Kv, RequestOptions } from "./kv.ts";
import { defaultRetryPolicy, inTurn, pauseBefore, type RetryPolicy } from "./retry.ts";

/** One request to one address, for metrics. */
export interface ObservedRequest {
  readonly address: string;
  readonly operation: "read" | "write";
  readonly outcome: Outcome["kind"];
  readonly durationMs: number;
}

export interface EtcdOptions {
  /** `host:port` of each endpoint of one etcd; see `splitAddressList`. They are tried in turn. */
  readonly addresses: readonly string[];
  /** Unset: no TLS. */
  readonly tls?: ClientTls;
  readonly dialOverrides?: readonly DialOverride[];
  /** For one request to one address. Default 3 s. */
  readonly requestTimeoutMs?: number;
  /** For a request with all its retries. Default 10 s. */
  readonly totalTimeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly observe?: (request: ObservedRequest) => void;
  /** In [0, 1), for the jitter. */
  readonly random?: () => number;
  /** Stands in for the network, in tests. */
  readonly exchange?: Exchange;
}

/** A connection to one etcd; cheap to hold, shared by all who use the same addresses and certificates. */
export interface EtcdClient extends Kv {
  /** Ends idle connections. */
  close(): void;
}

/** Dials nothing yet. Throws InvalidSettingError. */
export function createEtcdClient(options: EtcdOptions): EtcdClient {
  const { targets, prefix } = dialTargets(options.dialOverrides ?? [], options.addresses);
  const endpoints = targets.map(({ address, serverName }) => ({
    text: address,
    address: parseAddress(address),
    serverName,
  }));
  const exchange = options.exchange ?? createExchange(options.tls && secureContext(options.tls));
  const sender = new Sender(endpoints, exchange, options);
  const whole: Kv = {
    read: async (ranges, request) => parseReadAnswer(await sender.send("read", readBody(ranges), request), ranges),
    write: async (guards, changes, request) =>
      parseWriteAnswer(await sender.send("write", writeBody(guards, changes), request)),
  };
  return { ...withKeyPrefix(whole, prefix), close: () => exchange.close() };
}

interface Endpoint {
  readonly text: string;
  readonly address: Address;
  readonly serverName: string;
}

class Sender {
  readonly #endpoints: readonly Endpoint[];
  readonly #exchange: Exchange;
  readonly #options: EtcdOptions;
  readonly #requestTimeoutMs: number;
  readonly #totalTimeoutMs: number;
  readonly #retry: RetryPolicy;
  /** Index of the endpoint that answered last. */
  #first = 0;

  constructor(endpoints: readonly Endpoint[], exchange: Exchange, options: EtcdOptions) {
    this.#endpoints = endpoints;
    this.#exchange = exchange;
    this.#options = options;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 3_000;
    this.#totalTimeoutMs = options.totalTimeoutMs ?? 10_000;
    this.#retry = options.retry ?? defaultRetryPolicy;
  }

  async send(operation: "read" | "write", body: string, { signal }: RequestOptions = {}): Promise<string> {
    const deadline = AbortSignal.timeout(this.#totalTimeoutMs);
    const stop = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    const failures = new Map<string, AddressFailure>();
    let cause: unknown;
    for (let round = 0; round < this.#retry.rounds && !stop.aborted; round++) {
      await this.#pause(round, stop);
      for (const endpoint of inTurn(this.#endpoints, this.#first)) {
        if (stop.aborted) break;
        const outcome = await this.#ask(endpoint, operation, body, stop);
        if (signal?.aborted) break;
        switch (outcome.kind) {
          case "answered":
            this.#first = this.#endpoints.indexOf(endpoint);
            return outcome.text;
          case "rejected":
            throw new RejectedError({ address: endpoint.text, ...outcome });
          case "failed":
            failures.set(endpoint.text, outcome.failure);
            cause = outcome.cause;
        }
      }
    }
    if (signal?.aborted) throw new AbortedError("the request to etcd was given up", { cause: signal.reason });
    throw new UnreachableError([...failures.values()], { cause });
  }

  async #ask(endpoint: Endpoint, operation: "read" | "write", body: string, stop: AbortSignal): Promise<Outcome> {
    const start = performance.now();
    const outcome = await this.#exchangeWith(endpoint, body, stop);
    this.#options.observe?.({
      address: endpoint.text,
      operation,
      outcome: outcome.kind,
      durationMs: performance.now() - start,
    });
    return outcome;
  }

  async #exchangeWith({ text, address, serverName }: Endpoint, body: string, stop: AbortSignal): Promise<Outcome> {
    const timeout = AbortSignal.timeout(this.#requestTimeoutMs);
    const signal = AbortSignal.any([stop, timeout]);
    try {
      return judgeAnswer(text, await this.#exchange({ address, serverName, path: "/v3/kv/txn", body, signal }));
    } catch (cause) {
      const isTimeout = signal.aborted && cause === signal.reason;
      const failure = isTimeout ? timeoutFailure(text, this.#requestTimeoutMs) : connectionFailure(text, cause);
      return { kind: "failed", failure, cause };
    }
  }

  async #pause(round: number, stop: AbortSignal): Promise<void> {
    const pause = pauseBefore(round, this.#retry, (this.#options.random ?? Math.random)());
    try {
      await sleep(pause, undefined, { signal: stop });
    } catch {
      // The caller of this sees that `stop` fired.
    }
  }
}
