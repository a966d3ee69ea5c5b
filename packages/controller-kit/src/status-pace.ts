import type { Clock } from "./clock.ts";

/** How long details of a status may lag behind the last write. */
export interface Pace {
  readonly briefMs: number;
  /** While they keep changing. */
  readonly longMs: number;
}

// A person who watches a cluster come up must see it move: three levels of this are still below ten seconds.
const defaultPace: Pace = { briefMs: 1_000, longMs: 3_000 };

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

  /** Notes that a status was written. */
  wrote(uid: string, content: StatusContent): void {
    const now = this.#clock.monotonic();
    const last = this.#records.get(uid);
    const { briefMs, longMs } = this.#pace;
    const quiet = last === undefined || now - last.writtenAt > longMs;
    const keepsOn = content === "details" || last?.intervalMs === longMs;
    const intervalMs = !quiet && keepsOn && content !== "generation" ? longMs : briefMs;
    this.#records.set(uid, { writtenAt: now, intervalMs });
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
 * What is new in a status.
 *
 * - `generation`: it is the first one, or speaks of another generation.
 * - `truth`: a condition comes, goes, begins or ceases to be True: what others wait for.
 * - `details`: the rest, counts and messages.
 */
export type StatusContent = "generation" | "truth" | "details";

/** What carries no conditions is never taken for details. */
export function contentOf(stored: unknown, next: unknown): StatusContent {
  const before = (stored ?? {}) as ConditionedStatus;
  const after = (next ?? {}) as ConditionedStatus;
  if (before.conditions === undefined || after.conditions === undefined) return "generation";
  if (before.observedGeneration !== after.observedGeneration) return "generation";
  return truthsOf(before) === truthsOf(after) ? "details" : "truth";
}

function truthsOf({ conditions = [] }: ConditionedStatus): string {
  return conditions
    .map(({ type, status }) => `${type}=${status === "True"}`)
    .sort()
    .join();
}
