import { conditionTypes, waitingReasons } from "@multigres/status-kit";
import type { Clock } from "./clock.ts";

/** How long details of a status lag behind the last write: after the first one, the second one and so on of a row. */
export interface Pace {
  /** Of what has served before: a person who mends it must see it move, on three levels up to the root. */
  readonly knownMs: readonly number[];
  /** Of what comes up for the first time: that it isn't there yet is all that anybody waits for. */
  readonly comingUpMs: readonly number[];
}

const defaultPace: Pace = { knownMs: [1_000, 3_000, 10_000], comingUpMs: [2_000, 120_000] };

interface Record {
  readonly writtenAt: number;
  /** Which write of a row without a quiet time it was. */
  readonly step: number;
  readonly intervalMs: number;
  /** Whether it was told of as more than coming up: what has served once isn't new when it breaks. */
  readonly isKnown: boolean;
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

  isKnown(uid: string): boolean {
    return this.#records.get(uid)?.isKnown ?? false;
  }

  /** Notes that a status was written. */
  wrote(uid: string, content: StatusContent, isComingUp: boolean): void {
    const now = this.#clock.monotonic();
    const last = this.#records.get(uid);
    const { knownMs, comingUpMs } = this.#pace;
    const steps = isComingUp ? comingUpMs : knownMs;
    const isNewRow = last === undefined || content === "generation" || now - last.writtenAt > 2 * last.intervalMs;
    const step = isNewRow ? 0 : Math.min(last.step + (content === "details" ? 1 : 0), steps.length - 1);
    const isKnown = !isComingUp || (last?.isKnown ?? false);
    this.#records.set(uid, { writtenAt: now, step, intervalMs: steps[step] ?? 0, isKnown });
  }

  forget(uid: string): void {
    this.#records.delete(uid);
  }
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly lastTransitionTime?: string;
}

interface ConditionedStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/**
 * What is new in a status.
 *
 * - `generation`: it is the first one, or speaks of another generation.
 * - `truth`: a condition comes, goes, begins or ceases to be True, or something that has served says another of True, False
 *   and Unknown: what others wait for; or a trouble shows.
 * - `details`: the rest, counts and messages.
 */
export type StatusContent = "generation" | "truth" | "details";

/** What carries no conditions is never taken for details. */
export function contentOf(stored: unknown, next: unknown, isComingUp: boolean): StatusContent {
  const before = (stored ?? {}) as ConditionedStatus;
  const after = (next ?? {}) as ConditionedStatus;
  if (before.conditions === undefined || after.conditions === undefined) return "generation";
  if (before.observedGeneration !== after.observedGeneration) return "generation";
  const sameWords = isComingUp || wordsOf(before) === wordsOf(after);
  return sameWords && truthsOf(before) === truthsOf(after) ? "details" : "truth";
}

/** Steps on the way to Available: that they are done is no news, what stands in their way is. */
const steps: ReadonlySet<string> = new Set([
  conditionTypes.primaryElected,
  conditionTypes.registered,
  conditionTypes.templateResolved,
]);

function truthsOf({ conditions = [] }: ConditionedStatus): string {
  return conditions
    .map(({ type, status, reason = "" }) =>
      [type, status === "True" && !steps.has(type), waitingReasons.has(reason) ? "" : reason].join(),
    )
    .sort()
    .join(";");
}

/** The three-valued fields outside of the conditions, such as `servingWrites`. */
function wordsOf({ conditions: _conditions, ...fields }: ConditionedStatus): string {
  const found: string[] = [];
  JSON.stringify(fields, (name, value: unknown) => {
    if (value === "True" || value === "False" || value === "Unknown") found.push(`${name}=${value}`);
    return value;
  });
  return found.join();
}

/**
 * Whether an object is on its way to serve for the first time: its Available is what it was when it got its first status,
 * and it is in no trouble that a person would look at.
 */
export function isComingUp(created: Date | string | undefined, status: unknown): boolean {
  const { conditions = [] } = (status ?? {}) as ConditionedStatus;
  const available = conditions.find(({ type }) => type === conditionTypes.available);
  if (created === undefined || available === undefined || available.status === "True") return false;
  if (conditions.some(isTrouble)) return false;
  const since = Date.parse(available.lastTransitionTime ?? "") - new Date(created).getTime();
  return since < firstStatusMs;
}

function isTrouble({ type, status, reason = "" }: Condition): boolean {
  if (type === conditionTypes.available || type === conditionTypes.progressing) return !waitingReasons.has(reason);
  return type === conditionTypes.stalled && status === "True";
}

/** How late the first status of a new object may come, and how far clocks may be apart. */
const firstStatusMs = 60_000;
