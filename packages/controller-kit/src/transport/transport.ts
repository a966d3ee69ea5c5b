import { ApiError } from "../errors.ts";
import type { ClusterAccess } from "./access.ts";
import { readText } from "./body.ts";
import { Connection } from "./connection.ts";
import { type Deadline, sleep, startDeadline } from "./deadline.ts";
import { abortedError, fromAnswer, malformedError, networkError, timeoutError } from "./failure.ts";
import { ConnectError, type HttpResponse, within } from "./http.ts";
import type { PeerCheckTimes } from "./http2-connection.ts";
import type { TransportObserver } from "./observer.ts";
import { type RateLimit, TokenBucket } from "./rate-limit.ts";
import { judgeAnswer, judgeFailure, type RetryPolicy, retryDelayMs, type Verdict } from "./retry.ts";

export interface TransportRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Kubernetes verb, for metrics. */
  readonly verb: string;
  /** Path with query. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  readonly contentType?: string;
  /** May happen twice: sent again even when nobody knows whether the server acted on it. */
  readonly idempotent: boolean;
  /** For the whole call with its repetitions, not counting the client-side limit; for a stream until its headers. Default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface TransportOptions {
  readonly access: ClusterAccess;
  /** Also the default field manager of plain writes: the part before `/`. */
  readonly userAgent: string;
  readonly rateLimit?: RateLimit;
  readonly retry?: Partial<RetryPolicy>;
  readonly timeoutMs?: number;
  readonly observer?: TransportObserver;
  readonly random?: () => number;
  readonly peerCheck?: PeerCheckTimes;
  /**
   * Throws when nothing may be written (any more). Asked right before each write goes out, repetitions and those that
   * waited for a connection included; a write that it forbids fails as `Aborted`.
   */
  readonly assertMayWrite?: () => void;
}

/** Requests to one API server over one HTTP/2 connection. Every failure is an `ApiError`. */
export interface Transport {
  /** The decoded JSON answer. */
  request(request: TransportRequest): Promise<unknown>;
  /** An answer that goes on for minutes. The iterable throws an `ApiError` when the stream breaks; ending it closes the stream. */
  stream(request: TransportRequest): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

const defaults = {
  timeoutMs: 30_000,
  rateLimit: { qps: 50, burst: 100 },
  retry: { attempts: 6, firstDelayMs: 50, maxDelayMs: 2_000 },
} as const;

class HttpTransport implements Transport {
  readonly #access: ClusterAccess;
  readonly #userAgent: string;
  readonly #timeoutMs: number;
  readonly #policy: RetryPolicy;
  readonly #bucket: TokenBucket;
  readonly #observer: TransportObserver;
  readonly #random: () => number;
  readonly #connection: Connection;
  readonly #assertMayWrite: () => void;
  readonly #host: string;
  readonly #basePath: string;

  constructor(options: TransportOptions) {
    this.#access = options.access;
    this.#userAgent = options.userAgent;
    this.#timeoutMs = options.timeoutMs ?? defaults.timeoutMs;
    this.#policy = { ...defaults.retry, ...options.retry };
    this.#bucket = new TokenBucket(options.rateLimit ?? defaults.rateLimit, performance.now());
    this.#observer = options.observer ?? {};
    this.#random = options.random ?? Math.random;
    this.#assertMayWrite = options.assertMayWrite ?? (() => {});
    const url = new URL(options.access.server);
    this.#host = url.host;
    this.#basePath = url.pathname.replace(/\/+$/, "");
    this.#connection = new Connection(
      options.access.server,
      () => this.#access.tls(),
      (reason) => this.#observer.onConnectionReplaced?.(reason),
      options.peerCheck,
    );
  }

  request(request: TransportRequest): Promise<unknown> {
    return this.#withRetries(request, async (deadline) => {
      const response = await this.#attempt(request, deadline.signal);
      const text = await readText(response.body);
      this.#connection.noteAlive();
      try {
        return text === "" ? undefined : (JSON.parse(text) as unknown);
      } catch (error) {
        throw malformedError(error, name(request));
      }
    });
  }

  stream(request: TransportRequest): Promise<AsyncIterable<Uint8Array>> {
    return this.#withRetries(request, async (deadline) => {
      // The body outlives the deadline of its headers, so the stream gets a signal of its own.
      const controller = new AbortController();
      const onDeadline = () => controller.abort(deadline.signal.reason);
      deadline.signal.addEventListener("abort", onDeadline, { once: true });
      try {
        const response = await this.#attempt(request, controller.signal);
        this.#connection.noteAlive();
        return this.#chunks(response, request);
      } finally {
        deadline.signal.removeEventListener("abort", onDeadline);
      }
    });
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  async *#chunks({ body }: HttpResponse, request: TransportRequest): AsyncIterable<Uint8Array> {
    const onAbort = () => {
      body.finish(request.signal?.reason);
      body.cancel();
    };
    if (request.signal?.aborted) onAbort();
    else request.signal?.addEventListener("abort", onAbort, { once: true });
    try {
      for await (const chunk of body) {
        this.#connection.noteAlive();
        yield chunk;
      }
    } catch (error) {
      if (request.signal?.aborted) throw abortedError(request.signal.reason, name(request));
      throw networkError(error, name(request));
    } finally {
      request.signal?.removeEventListener("abort", onAbort);
      body.cancel();
    }
  }

  async #withRetries<T>(request: TransportRequest, attempt: (deadline: Deadline) => Promise<T>): Promise<T> {
    await this.#throttle(request);
    using deadline = startDeadline(request.timeoutMs ?? this.#timeoutMs, request.signal);
    let authRefreshed = false;
    for (let count = 1; ; count++) {
      let failure: Failure;
      try {
        return await attempt(deadline);
      } catch (error) {
        if (deadline.expired()) this.#connection.noteTimeout();
        failure = this.#judge(error, request, deadline);
      }
      if (failure.error.code === 401 && !authRefreshed) {
        authRefreshed = true;
        this.#observer.onRetry?.({ request: name(request), attempt: count + 1, why: "Unauthorized" });
        continue;
      }
      const mayRepeat = failure.verdict === "unprocessed" || (failure.verdict === "unknown" && request.idempotent);
      if (!mayRepeat || count >= this.#policy.attempts) throw failure.error;
      const waitMs =
        failure.atOnce && count === 1
          ? 0
          : retryDelayMs(this.#policy, count + 1, failure.error.retryAfterSeconds, this.#random);
      if (waitMs >= deadline.remainingMs()) throw failure.error;
      this.#observer.onRetry?.({ request: name(request), attempt: count + 1, why: failure.why });
      try {
        await sleep(waitMs, deadline.signal);
      } catch (cause) {
        throw this.#judge(cause, request, deadline).error;
      }
    }
  }

  async #throttle(request: TransportRequest): Promise<void> {
    const waitMs = this.#bucket.reserve(performance.now());
    if (waitMs > 0) this.#observer.onThrottled?.(waitMs);
    try {
      await sleep(waitMs, request.signal);
    } catch (cause) {
      throw abortedError(cause, name(request));
    }
  }

  /** One attempt; resolves with an answer below 400. */
  async #attempt(request: TransportRequest, signal: AbortSignal): Promise<HttpResponse> {
    const startedAt = performance.now();
    const observe = (code: string) =>
      this.#observer.onRequest?.({
        method: request.method,
        verb: request.verb,
        host: this.#host,
        code,
        seconds: (performance.now() - startedAt) / 1000,
      });
    const auth = await this.#credentials(signal);
    let response: HttpResponse;
    let failedBody: string | undefined;
    try {
      response = await this.#connection.send({
        method: request.method,
        path: this.#basePath + request.path,
        headers: {
          accept: "application/json",
          "user-agent": this.#userAgent,
          ...auth,
          ...(request.body !== undefined && { "content-type": request.contentType ?? "application/json" }),
        },
        ...(request.body !== undefined && { body: request.body }),
        signal,
        ...(request.method !== "GET" && { beforeSend: () => this.#guard(request) }),
      });
      if (response.status >= 400) failedBody = await readText(response.body);
    } catch (error) {
      observe("<error>");
      throw error;
    }
    observe(String(response.status));
    if (failedBody === undefined) return response;
    this.#connection.noteAlive();
    if (response.status === 401) {
      this.#access.refresh(auth);
      if (this.#access.authenticatesByCertificate()) this.#connection.renewIdentity();
    }
    const retryAfter = response.headers["retry-after"];
    throw fromAnswer(
      { code: response.status, retryAfter: typeof retryAfter === "string" ? retryAfter : undefined, body: failedBody },
      name(request),
      new Date(),
    );
  }

  #guard(request: TransportRequest): void {
    try {
      this.#assertMayWrite();
    } catch (cause) {
      throw abortedError(cause, name(request));
    }
  }

  async #credentials(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    try {
      return await within(this.#access.headers(), signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw new ConnectError("can't get credentials", { cause });
    }
  }

  #judge(error: unknown, request: TransportRequest, deadline: Deadline): Failure {
    if (error instanceof ApiError) {
      if (error.reason === "Aborted") return { error, verdict: "final", atOnce: false, why: "Aborted" };
      const verdict = error.code === 0 ? "unknown" : judgeAnswer(error.code, error.retryAfterSeconds);
      return { error, verdict, atOnce: false, why: error.code === 0 ? error.reason : String(error.code) };
    }
    if (deadline.expired()) {
      return { error: timeoutError(error, name(request)), verdict: "final", atOnce: false, why: "timeout" };
    }
    if (deadline.signal.aborted) {
      return { error: abortedError(error, name(request)), verdict: "final", atOnce: false, why: "aborted" };
    }
    const verdict = judgeFailure(error);
    return {
      error: networkError(error, name(request)),
      verdict,
      atOnce: !(error instanceof ConnectError),
      why: verdict === "unprocessed" ? "NotProcessed" : "NetworkError",
    };
  }
}

interface Failure {
  readonly error: ApiError;
  readonly verdict: Verdict;
  /** A fresh connection is all that it takes, so the first repetition doesn't wait. */
  readonly atOnce: boolean;
  readonly why: string;
}

function name(request: TransportRequest): string {
  return `${request.method} ${request.path}`;
}

export function createTransport(options: TransportOptions): Transport {
  return new HttpTransport(options);
}
