import type { Logger } from "pino";
import { apiVersionOf, resourcePath } from "../client/resource-path.ts";
import { type Clock, sleep, systemClock } from "../clock.ts";
import { ApiError, isAborted, isGone, isNotFound } from "../errors.ts";
import type { KubernetesObject, ResourceKind } from "../resource.ts";
import type { StoreSink } from "../store/object-store.ts";
import { fromStatus } from "../transport/failure.ts";
import type { Transport } from "../transport/transport.ts";
import { Backoff, type BackoffTimes } from "./backoff.ts";
import { LineSplitter } from "./lines.ts";
import { MalformedEventError, parseWatchEvent, type WatchEvent } from "./watch-event.ts";

/**
 * Why a watch began anew.
 *
 * - `ended`: the server closed it in good order, as it does every 5 to 10 minutes.
 * - `short`: in good order, but at once; somebody between closes watches.
 * - `expired`: 410, the resourceVersion is too old; everything is listed again.
 * - `error`: another ERROR event within the watch.
 * - `malformed`: a line that is no event; everything is listed again.
 * - `idle`: not even a bookmark for two minutes.
 * - `network`: cut, reset or refused.
 * - `refused`: 401, 403, 404 or 400; reported as a problem until it heals.
 * - `unavailable`: 429 or 5xx.
 * - `fallback`: the server doesn't know WatchList; list and watch from now on.
 */
type RestartReason =
  | "ended"
  | "short"
  | "expired"
  | "error"
  | "malformed"
  | "idle"
  | "network"
  | "refused"
  | "unavailable"
  | "fallback";

/** Hooks for metrics. All are optional; they must not throw. */
export interface ReflectorObserver {
  onRestart?(kind: string, reason: RestartReason): void;
  /** The whole set has arrived: at the start, and after every `expired` and `malformed`. */
  onListed?(kind: string, objects: number): void;
}

export interface ReflectorTimes {
  /** Between failures. Each reason has its own, so that an outage doesn't slow down the list that mends it. */
  readonly backoff: BackoffTimes;
  /** Bound while no connection comes about: trying costs a server that is away nothing, and what it missed waits. */
  readonly networkMaxMs: number;
  /** Between attempts while the server says 401, 403 or 404. */
  readonly refusedMs: number;
  /** Silence after which a watch is taken for dead; bookmarks come about once a minute. */
  readonly idleMs: number;
  /** A watch that lasted so long counts as a success. */
  readonly stableMs: number;
  /** The server is asked to end a watch after one to two times this. */
  readonly serverTimeoutSeconds: number;
}

const reflectorTimes: ReflectorTimes = {
  backoff: { firstMs: 800, maxMs: 30_000 },
  networkMaxMs: 5_000,
  refusedMs: 5_000,
  idleMs: 120_000,
  stableMs: 10_000,
  serverTimeoutSeconds: 300,
};

export interface ReflectorOptions<T extends KubernetesObject> {
  readonly transport: Transport;
  readonly kind: ResourceKind<T>;
  /** Unset: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly sink: StoreSink<T>;
  readonly log: Logger;
  readonly observer?: ReflectorObserver;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly times?: Partial<ReflectorTimes>;
}

/** Keeps a store equal to what the server has, until its signal fires. */
export interface Reflector {
  /** Lists and watches; never rejects, resolves after the signal has fired. */
  run(signal: AbortSignal): Promise<void>;
  /** What stands in the way, in words; `undefined` while all is well. */
  readonly problem: string | undefined;
}

/** ERROR events in a row after which the resourceVersion itself is suspected. */
const errorsUntilRelist = 3;

type Ending = { readonly reason: RestartReason; readonly error?: unknown; readonly relist?: boolean };

class WatchingReflector<T extends KubernetesObject> implements Reflector {
  readonly #options: ReflectorOptions<T>;
  readonly #times: ReflectorTimes;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #backoffs = new Map<RestartReason, Backoff>();
  readonly #log: Logger;
  #problem: string | undefined;
  /** Where to go on from; `undefined`: everything has to be listed. */
  #resourceVersion: string | undefined;
  #watchList = true;
  #errorEvents = 0;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#times = { ...reflectorTimes, ...options.times };
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    const { namespace, labelSelector } = options;
    this.#log = options.log.child({ kind: options.kind.kind, ...(namespace && { namespace }), labelSelector });
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedAt = this.#clock.monotonic();
      const ending = await this.#round(signal);
      if (signal.aborted) return;
      const lastedMs = this.#clock.monotonic() - startedAt;
      const reason = ending.reason === "ended" && lastedMs < this.#times.stableMs ? "short" : ending.reason;
      if (lastedMs >= this.#times.stableMs) this.#backoffs.clear();
      if (ending.relist) this.#resourceVersion = undefined;
      this.#options.observer?.onRestart?.(this.#options.kind.kind, reason);
      const waitMs = this.#waitMs(reason, ending.error);
      this.#report({ ...ending, reason }, waitMs);
      await sleep(this.#clock, waitMs, signal);
    }
  }

  /** One list (if needed) and one watch. Never rejects. */
  async #round(signal: AbortSignal): Promise<Ending> {
    try {
      if (this.#resourceVersion === undefined && !this.#watchList) await this.#list(signal);
      return await this.#watch(signal);
    } catch (error) {
      return this.#explain(error);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { transport, kind, namespace, labelSelector, fieldSelector, sink } = this.#options;
    // From the server's cache: as fresh as a watch is, and far cheaper for it.
    const query = { labelSelector, fieldSelector, resourceVersion: "0" };
    const path = resourcePath(kind, { ...(namespace && { namespace }), query });
    const list = (await transport.request({ method: "GET", verb: "list", path, idempotent: true, signal })) as {
      items?: T[] | null;
      metadata?: { resourceVersion?: string };
    };
    const apiVersion = apiVersionOf(kind);
    const items = (list.items ?? []).map((item) => sink.prepare({ apiVersion, kind: kind.kind, ...item }));
    this.#replace(items, list.metadata?.resourceVersion ?? "0");
  }

  async #watch(signal: AbortSignal): Promise<Ending> {
    using idle = new IdleTimer(this.#clock, this.#times.idleMs, signal);
    try {
      const chunks = await this.#options.transport.stream({
        method: "GET",
        verb: "watch",
        path: this.#watchPath(),
        idempotent: true,
        signal: idle.signal,
      });
      this.#problem = undefined;
      return await this.#follow(chunks, idle);
    } catch (error) {
      if (idle.expired) return { reason: "idle" };
      throw error;
    }
  }

  async #follow(chunks: AsyncIterable<Uint8Array>, idle: IdleTimer): Promise<Ending> {
    const initial: T[] | undefined = this.#resourceVersion === undefined ? [] : undefined;
    let collecting = initial;
    const lines = new LineSplitter();
    for await (const chunk of chunks) {
      idle.touch();
      for (const line of lines.split(chunk)) {
        const event = parseWatchEvent<T>(line);
        if (event.type === "ERROR") return this.#errorEvent(event);
        if (!collecting) this.#handle(event);
        else if (event.type !== "BOOKMARK") collecting.push(this.#options.sink.prepare(event.object));
        else if (event.endsInitialEvents) {
          this.#replace(collecting, event.resourceVersion);
          collecting = undefined;
        }
      }
    }
    return { reason: "ended" };
  }

  #handle(event: Exclude<WatchEvent<T>, { type: "ERROR" }>): void {
    const { sink } = this.#options;
    this.#errorEvents = 0;
    if (event.type === "BOOKMARK") {
      this.#resourceVersion = event.resourceVersion;
      return;
    }
    const object = sink.prepare(event.object);
    if (event.type === "DELETED") sink.remove(object);
    else sink.put(object);
    this.#resourceVersion = object.metadata?.resourceVersion ?? this.#resourceVersion;
  }

  #errorEvent(event: { readonly status: WatchEventStatus }): Ending {
    const error = fromStatus(event.status, `GET ${this.#watchPath()}`);
    this.#errorEvents += 1;
    if (isGone(error)) return { reason: "expired", error, relist: true };
    return { reason: "error", error, relist: this.#errorEvents >= errorsUntilRelist };
  }

  #replace(objects: readonly T[], resourceVersion: string): void {
    this.#options.sink.replaceAll(objects, resourceVersion);
    this.#resourceVersion = resourceVersion;
    this.#problem = undefined;
    this.#options.observer?.onListed?.(this.#options.kind.kind, objects.length);
    this.#log.debug({ objects: objects.length, resourceVersion }, "listed");
  }

  #watchPath(): string {
    const { kind, namespace, labelSelector, fieldSelector } = this.#options;
    const { serverTimeoutSeconds } = this.#times;
    const initial = this.#resourceVersion === undefined;
    return resourcePath(kind, {
      ...(namespace && { namespace }),
      query: {
        watch: "true",
        labelSelector,
        fieldSelector,
        allowWatchBookmarks: "true",
        timeoutSeconds: String(Math.round(serverTimeoutSeconds * (1 + this.#random()))),
        ...(initial
          ? { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" }
          : { resourceVersion: this.#resourceVersion }),
      },
    });
  }

  #explain(error: unknown): Ending {
    if (error instanceof MalformedEventError) return { reason: "malformed", error, relist: true };
    if (!(error instanceof ApiError)) return { reason: "error", error, relist: true };
    switch (error.code) {
      case 0:
        return { reason: "network", error };
      case 410:
        return { reason: "expired", error, relist: true };
      case 401:
      case 403:
      case 404:
        return { reason: "refused", error };
      case 400:
      case 422:
        if (!this.#watchList || this.#resourceVersion !== undefined) return { reason: "refused", error };
        this.#watchList = false;
        return { reason: "fallback", error };
      default:
        return { reason: "unavailable", error };
    }
  }

  #waitMs(reason: RestartReason, error: unknown): number {
    if (reason === "ended" || reason === "fallback") return 0;
    if (reason === "refused") return this.#times.refusedMs * (1 + this.#random() / 2);
    const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    let backoff = this.#backoffs.get(reason);
    if (!backoff) {
      const { firstMs, maxMs } = this.#times.backoff;
      const bound = reason === "network" ? Math.min(maxMs, this.#times.networkMaxMs) : maxMs;
      backoff = new Backoff({ firstMs, maxMs: bound }, this.#random);
      this.#backoffs.set(reason, backoff);
    }
    return Math.max(asked, backoff.next());
  }

  #report(ending: Ending, waitMs: number): void {
    const { reason, error } = ending;
    const fields = { reason, waitMs: Math.round(waitMs), ...(error !== undefined && { error: this.#inWords(error) }) };
    if (reason === "ended" || isAborted(error)) {
      this.#log.debug(fields, "the watch begins anew");
      return;
    }
    if (reason !== "fallback" && error !== undefined) this.#problem = this.#inWords(error);
    this.#log.warn(fields, "the watch begins anew");
  }

  #inWords(error: unknown): string {
    const { kind, plural, group } = this.#options.kind;
    if (isNotFound(error)) return `the server doesn't know ${plural}.${group || "core"}; is its CRD installed?`;
    return `${kind}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

type WatchEventStatus = Extract<WatchEvent<KubernetesObject>, { type: "ERROR" }>["status"];

/** Fires its signal with the outer one, or when `touch` wasn't called for too long. */
class IdleTimer implements Disposable {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #outer: AbortSignal;
  readonly #onOuter = () => this.#controller.abort(this.#outer.reason);
  #cancel: () => void;
  expired = false;

  constructor(clock: Clock, ms: number, outer: AbortSignal) {
    this.#clock = clock;
    this.#ms = ms;
    this.#outer = outer;
    if (outer.aborted) this.#onOuter();
    else outer.addEventListener("abort", this.#onOuter, { once: true });
    this.#cancel = this.#arm();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  touch(): void {
    this.#cancel();
    this.#cancel = this.#arm();
  }

  [Symbol.dispose](): void {
    this.#cancel();
    this.#outer.removeEventListener("abort", this.#onOuter);
  }

  #arm(): () => void {
    return this.#clock.after(this.#ms, () => {
      this.expired = true;
      this.#controller.abort(new Error("the watch was silent for too long"));
    });
  }
}

export function createReflector<T extends KubernetesObject>(options: ReflectorOptions<T>): Reflector {
  return new WatchingReflector(options);
}
