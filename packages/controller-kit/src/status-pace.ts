import type { Clock } from "./clock.ts";
import type { StatusContent } from "./status-content.ts";
import { phaseOf, type StatusPhase } from "./status-phase.ts";

/** How many milliseconds details of a status lag behind the last write: after the first one, the second one and so on of a row. */
export type Pace = Readonly<Record<StatusPhase, readonly number[]>>;

const defaultPace: Pace = {
  // That it isn't there yet is all that anybody waits for.
  comingUp: [2_000, 15_000],
  // It serves; what is missing comes by and by, and the last of it is told at once.
  completing: [10_000],
  // A person who mends it must see it move, on three levels up to the root.
  known: [1_000, 3_000, 10_000],
};

/** The last write of an object. */
interface Written {
  readonly writtenAt: number;
  /** Which write of a row without a quiet time it was. */
  readonly step: number;
  readonly intervalMs: number;
  readonly phase: StatusPhase;
}

/**
 * Paces status writes that tell of details only. While a cluster comes up, every pod that gets ready changes counts and
 * messages on each level up to the root; written one by one they would cost more than all the rest together.
 */
export class StatusPace {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #last = new Map<string, Written>();

  constructor(clock: Clock, pace: Pace = defaultPace) {
    this.#clock = clock;
    this.#pace = pace;
  }

  /** Milliseconds until details may be written; 0 or less: now. */
  waitMs(uid: string): number {
    const last = this.#last.get(uid);
    return last === undefined ? 0 : last.writtenAt + last.intervalMs - this.#clock.monotonic();
  }

  /** Of an object whose status is to say `status`. */
  phaseOf(uid: string, created: Date | string | undefined, status: unknown): StatusPhase {
    return phaseOf(created, status, this.#last.get(uid)?.phase);
  }

  /** Notes that a status was written. */
  wrote(uid: string, content: StatusContent, phase: StatusPhase): void {
    const now = this.#clock.monotonic();
    const last = this.#last.get(uid);
    const steps = this.#pace[phase];
    const isNewRow = last === undefined || content === "generation" || now - last.writtenAt > 2 * last.intervalMs;
    const step = isNewRow ? 0 : Math.min(last.step + (content === "details" ? 1 : 0), steps.length - 1);
    this.#last.set(uid, { writtenAt: now, step, intervalMs: steps[step] ?? 0, phase });
  }

  forget(uid: string): void {
    this.#last.delete(uid);
  }
}
