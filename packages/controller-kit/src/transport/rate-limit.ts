/** Client-side limit on requests, as client-go's: a courtesy to the server and a brake on a controller that runs wild. */
export interface RateLimit {
  /** Sustained requests per second. */
  readonly qps: number;
  /** Requests that may be sent at once after a quiet time. */
  readonly burst: number;
}

/** A token bucket that hands out waiting times. Time is milliseconds on any monotonic scale. */
export class TokenBucket {
  readonly #limit: RateLimit;
  #tokens: number;
  #updatedAt: number;

  constructor(limit: RateLimit, now: number) {
    if (!(limit.qps > 0) || !(limit.burst >= 1)) {
      throw new RangeError(`rate limit needs qps > 0 and burst >= 1, got ${limit.qps} and ${limit.burst}`);
    }
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#updatedAt = now;
  }

  /** Takes a token and says how many milliseconds to wait before using it. Callers are served in order. */
  reserve(now: number): number {
    const elapsed = Math.max(0, now - this.#updatedAt);
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + (elapsed * this.#limit.qps) / 1000);
    this.#updatedAt = Math.max(this.#updatedAt, now);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens * 1000) / this.#limit.qps;
  }
}
