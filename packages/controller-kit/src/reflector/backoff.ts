export interface BackoffTimes {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Growing waiting times with jitter. */
export class Backoff {
  readonly #times: BackoffTimes;
  readonly #random: () => number;
  #failures = 0;

  constructor(times: BackoffTimes, random: () => number) {
    this.#times = times;
    this.#random = random;
  }

  /** Doubles from call to call; between 0.75 and 1.25 times the grown value, so that many processes spread. */
  next(): number {
    const grown = Math.min(this.#times.maxMs, this.#times.firstMs * 2 ** this.#failures);
    this.#failures += 1;
    return grown * (0.75 + this.#random() / 2);
  }
}
