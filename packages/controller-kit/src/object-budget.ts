import type { Clock } from "./clock.ts";

interface Bucket {
  tokens: number;
  at: number;
}

/** Token bucket per object: `burst` at once, then one per `refillMs`. */
export class ObjectBudget {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #refillMs: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, burst: number, refillMs: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#refillMs = refillMs;
  }

  /** Whether the object with this UID may have one more now. */
  take(uid: string): boolean {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(uid) ?? { tokens: this.#burst, at: now };
    bucket.tokens = Math.min(this.#burst, bucket.tokens + (now - bucket.at) / this.#refillMs);
    bucket.at = now;
    this.#remember(uid, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #remember(uid: string, bucket: Bucket): void {
    this.#buckets.delete(uid);
    this.#buckets.set(uid, bucket);
    if (this.#buckets.size > 10_000) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
  }
}
