export interface BackoffTimes {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Growing waiting times with jitter, until something has gone well. */
export class Backoff {
  readonly #times: BackoffTimes;
  readonly #random: () => number;
  #failures = 0;

  constructor(times: BackoffTimes, random: () => number) {
    this.#times = times;
    this.#random = random;
  }

  /** Doubles from call to call; between 1 and 1.5 times the grown value, so that many processes spread. */
  next(): number {
    const grown = Math.min(this.#times.maxMs, this.#times.firstMs * 2 ** this.#failures);
    this.#failures += 1;
    return grown * (1 + this.#random() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
