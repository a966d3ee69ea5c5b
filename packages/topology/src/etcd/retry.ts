/**
 * The one policy of repeating: a round asks every address once, and a round in which none answers is followed by a pause
 * and another. Everything that is sent may be sent twice, see `Kv`.
 */
export interface RetryPolicy {
  readonly rounds: number;
  /** Longest pause before the second round; it doubles from there. */
  readonly baseMs: number;
  readonly maxMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { rounds: 3, baseMs: 200, maxMs: 2_000 };

/** Pause before round `round` (the first is 0): full jitter, so that many clients don't come back at once. `random` is in [0, 1). */
export function pauseBefore(round: number, { baseMs, maxMs }: RetryPolicy, random: number): number {
  return round === 0 ? 0 : Math.round(random * Math.min(maxMs, baseMs * 2 ** (round - 1)));
}

/** The addresses in the order in which a round asks them: from the one that answered last. */
export function inTurn<T>(addresses: readonly T[], first: number): readonly T[] {
  return [...addresses.slice(first), ...addresses.slice(0, first)];
}
