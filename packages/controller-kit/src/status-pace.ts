import type { Clock } from "./clock.ts";

/** How long details of a status may lag behind: `firstMs` after the last write, doubled while they keep changing, at most `longestMs`. */
export interface Pace {
  readonly firstMs: number;
  readonly longestMs: number;
}

const defaultPace: Pace = { firstMs: 5_000, longestMs: 30_000 };

interface Record {
  readonly writtenAt: number;
  readonly intervalMs: number;
}

/**
 * Paces status writes that tell of details only. While a cluster comes up, every pod that gets ready changes counts and
 * messages on each level up to the root; written one by one they would cost more than all the rest together.
 */
export class StatusPace {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #records = new Map<string, Record>();

  constructor(clock: Clock, pace: Pace = defaultPace) {
    this.#clock = clock;
    this.#pace = pace;
  }

  /** Milliseconds until details may be written; 0 or less: now. */
  waitMs(uid: string): number {
    const last = this.#records.get(uid);
    return last === undefined ? 0 : last.writtenAt + last.intervalMs - this.#clock.monotonic();
  }

  /** Notes that a status was written; details alone make the next ones wait longer, unless they were rare lately. */
  wrote(uid: string, news: boolean): void {
    const now = this.#clock.monotonic();
    const last = this.#records.get(uid);
    const { firstMs, longestMs } = this.#pace;
    const quiet = last === undefined || now - last.writtenAt > 2 * last.intervalMs;
    const before = quiet ? firstMs : last.intervalMs;
    this.#records.set(uid, {
      writtenAt: now,
      intervalMs: quiet || news ? before : Math.min(before * 2, longestMs),
    });
  }

  forget(uid: string): void {
    this.#records.delete(uid);
  }
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

interface ConditionedStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/**
 * Whether a status says something that others wait for: it is the first one, speaks of another generation, or a condition
 * begins or ceases to be True. The rest, counts and messages, is detail. What carries no conditions is always news.
 */
export function isNews(stored: unknown, next: unknown): boolean {
  const [before, after] = [stored, next].map((status) => (status ?? {}) as ConditionedStatus);
  if (before?.conditions === undefined || after?.conditions === undefined) return true;
  return before.observedGeneration !== after.observedGeneration || truthsOf(before) !== truthsOf(after);
}

function truthsOf({ conditions = [] }: ConditionedStatus): string {
  return JSON.stringify(conditions.map(({ type, status }) => [type, status === "True"]).sort());
}
