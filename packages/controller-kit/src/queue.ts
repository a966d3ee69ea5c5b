import type { Clock } from "./clock.ts";
import { DelayedKeys } from "./delayed-keys.ts";
import type { Key } from "./resource.ts";

/** What the metrics want to know about a queue. */
export interface QueueObserver {
  added(): void;
  retried(): void;
  /** A worker took the key after `waitedMs` in the queue. */
  started(waitedMs: number): void;
  finished(workedMs: number): void;
}

/** How long a failing key waits: `firstMs`, doubled with each failure, at most `longestMs`. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

export interface QueueOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Default 50 ms to 5 min. */
  readonly backoff?: Backoff;
  /** How long wakes of one key are collected while it is busy. Default 100 ms. */
  readonly batchMs?: number;
  /** The collecting time doubles up to this while wakes keep coming. Default 800 ms. */
  readonly maxBatchMs?: number;
  readonly observer?: QueueObserver;
}

interface Batch {
  /** When a worker last took the key. */
  readonly startedAt: number;
  readonly windowMs: number;
}

/**
 * Keyed work queue with the rules of client-go's: a key is in it at most once, no two workers hold the same key, and a
 * key that is added while a worker holds it runs once more afterwards.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #backoff: Backoff;
  readonly #batchMs: number;
  readonly #maxBatchMs: number;
  readonly #observer: QueueObserver | undefined;
  readonly #delayed: DelayedKeys;
  /** Needs a run; insertion order is the order of work for keys that aren't held. */
  readonly #dirty = new Map<Key, number>();
  readonly #processing = new Map<Key, number>();
  /** Dirty and not held, oldest first. */
  readonly #ready = new Set<Key>();
  readonly #failures = new Map<Key, number>();
  readonly #batches = new Map<Key, Batch>();
  readonly #waiting: Array<(key: Key | undefined) => void> = [];
  #closed = false;

  constructor(options: QueueOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#backoff = options.backoff ?? { firstMs: 50, longestMs: 300_000 };
    this.#batchMs = options.batchMs ?? 100;
    this.#maxBatchMs = options.maxBatchMs ?? 800;
    this.#observer = options.observer;
    this.#delayed = new DelayedKeys(options.clock, (key) => this.add(key));
  }

  /** Keys that wait for a worker. */
  get depth(): number {
    return this.#ready.size;
  }

  /** How long the keys held by workers have been held, in milliseconds. */
  get runningMs(): number[] {
    const now = this.#clock.monotonic();
    return [...this.#processing.values()].map((since) => now - since);
  }

  get running(): number {
    return this.#processing.size;
  }

  /** Runs the key as soon as a worker is free. */
  add(key: Key): void {
    if (this.#closed) return;
    this.#delayed.delete(key);
    if (this.#dirty.has(key)) return;
    this.#dirty.set(key, this.#clock.monotonic());
    this.#observer?.added();
    if (!this.#processing.has(key)) this.#offer(key);
  }

  /** Runs the key after `ms`, or earlier if it is due earlier. */
  addAfter(key: Key, ms: number): void {
    if (this.#closed || this.#dirty.has(key)) return;
    if (ms <= 0) this.add(key);
    else this.#delayed.add(key, ms);
  }

  /**
   * For wakes that come in bursts: a quiet key runs at once, further wakes within its collecting time make one run.
   */
  addBatched(key: Key): void {
    const last = this.#batches.get(key);
    const since = last === undefined ? Number.POSITIVE_INFINITY : this.#clock.monotonic() - last.startedAt;
    if (last === undefined || since >= last.windowMs) this.add(key);
    else this.addAfter(key, last.windowMs - since);
  }

  /** Runs a failed key after its back-off, which doubles with each call until `forget`; `backoff` replaces the queue's own bounds. */
  addRateLimited(key: Key, backoff: Backoff = this.#backoff): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#observer?.retried();
    const delay = Math.min(backoff.firstMs * 2 ** Math.min(failures, 30), backoff.longestMs);
    // A fifth of jitter, downwards: the bound stays a bound.
    this.addAfter(key, delay * (1 - 0.2 * this.#random()));
  }

  failures(key: Key): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The key succeeded: its next back-off starts small again. */
  forget(key: Key): void {
    this.#failures.delete(key);
  }

  /** The object is gone: nothing about its key needs to be remembered. */
  drop(key: Key): void {
    this.#failures.delete(key);
    this.#batches.delete(key);
    this.#delayed.delete(key);
  }

  /** The next key to work on, or nothing once the queue is closed or `signal` fires. The caller must call `done`. */
  next(signal?: AbortSignal): Promise<Key | undefined> {
    if (this.#closed || signal?.aborted) return Promise.resolve(undefined);
    const [key] = this.#ready;
    if (key !== undefined) return Promise.resolve(this.#take(key));
    return new Promise((resolve) => {
      const give = (given: Key | undefined) => {
        signal?.removeEventListener("abort", giveUp);
        resolve(given);
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1);
        give(undefined);
      };
      this.#waiting.push(give);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  done(key: Key): void {
    const since = this.#processing.get(key);
    if (since === undefined) return;
    this.#processing.delete(key);
    this.#observer?.finished(this.#clock.monotonic() - since);
    if (this.#dirty.has(key)) this.#offer(key);
  }

  /** Takes in and gives out nothing any more; waiting workers get nothing. */
  close(): void {
    this.#closed = true;
    this.#delayed.clear();
    this.#dirty.clear();
    this.#ready.clear();
    for (const give of this.#waiting.splice(0)) give(undefined);
  }

  #offer(key: Key): void {
    if (this.#closed) return;
    const give = this.#waiting.shift();
    if (give) give(this.#take(key));
    else this.#ready.add(key);
  }

  #take(key: Key): Key {
    const now = this.#clock.monotonic();
    const addedAt = this.#dirty.get(key) ?? now;
    this.#ready.delete(key);
    this.#dirty.delete(key);
    this.#processing.set(key, now);
    this.#batches.set(key, { startedAt: now, windowMs: this.#window(key, now) });
    this.#observer?.started(now - addedAt);
    return key;
  }

  /** Doubles while runs follow each other closely, falls back to the base after a pause of two windows. */
  #window(key: Key, now: number): number {
    const last = this.#batches.get(key);
    if (last === undefined || now - last.startedAt > 2 * last.windowMs) return this.#batchMs;
    return Math.min(last.windowMs * 2, this.#maxBatchMs);
  }
}
