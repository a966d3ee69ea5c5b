import { hashOf } from "./applied-hash.ts";
import type { Clock } from "./clock.ts";
import type { StatusContent } from "./status-content.ts";
import { isBeingMade, phaseOf, type StatusPhase } from "./status-phase.ts";

/** How late a status is told, in milliseconds. */
export interface Pace {
  /** Of anything, however true: after `writes` writes within `within`, `pause` after the last one. */
  readonly storm: { readonly writes: number; readonly within: number; readonly pause: number };
  /**
   * Of what isn't whole yet: when they have stayed the same for `calm`, at the latest `most` after the last write. `made` is the
   * calm of what has all its children, and a status of each.
   */
  readonly coming: { readonly calm: number; readonly made: number; readonly most: number };
  /** Of what is known: after the first write of a row, the second one and so on. */
  readonly known: readonly number[];
}

/** Of a controller whose status speaks of workloads. */
export const ownPace: Pace = {
  // A big cluster that is edited again and again while its primaries move changes every second, and nobody reads that fast.
  storm: { writes: 10, within: 20_000, pause: 2_000 },
  // On the way every pod changes them, on each level up to the root. Where it stands still somebody wants to know why.
  coming: { calm: 10_000, made: 10_000, most: 60_000 },
  // A person who mends it must see it move, on three levels.
  known: [1_000, 3_000, 10_000],
};

/** Of a controller whose status repeats those of children: what has waited below is passed on soon, so that the root isn't three waits late. */
export const relayPace: Pace = { ...ownPace, coming: { ...ownPace.coming, made: 2_000 } };

/** The last write of an object, and what was held back since. */
interface Written {
  readonly at: number;
  /** Which write of a row without a quiet time it was. */
  readonly step: number;
  readonly intervalMs: number;
  readonly phase: StatusPhase;
  /** When the last few writes were, this one included. */
  readonly recent: readonly number[];
  held?: { readonly hash: string; readonly since: number };
}

/** Paces status writes, above all those that tell of details only: one by one they would cost more than all the rest together. */
export class StatusPace {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #last = new Map<string, Written>();

  constructor(clock: Clock, pace: Pace) {
    this.#clock = clock;
    this.#pace = pace;
  }

  /** Milliseconds until `status` may be written if it stays so; 0 or less: now. */
  waitMs(uid: string, content: StatusContent, status: unknown): number {
    const last = this.#last.get(uid);
    if (last === undefined || content === "generation") return 0;
    const now = this.#clock.monotonic();
    const calmed = this.#stormWaitMs(last, now);
    return content === "truth" ? calmed : Math.max(calmed, this.#detailsWaitMs(last, status, now));
  }

  #stormWaitMs({ at, recent }: Written, now: number): number {
    const { writes, within, pause } = this.#pace.storm;
    const [first = now] = recent;
    return recent.length >= writes && now - first < within ? at + pause - now : 0;
  }

  #detailsWaitMs(last: Written, status: unknown, now: number): number {
    const left = last.at + last.intervalMs - now;
    if (last.phase === "known") return left;
    const hash = hashOf(withoutTimes(status));
    if (last.held?.hash !== hash) last.held = { hash, since: now };
    const { calm, made } = this.#pace.coming;
    return Math.min(left, last.held.since + (isBeingMade(status) ? calm : made) - now);
  }

  /** Of an object whose status is to say `status`. */
  phaseOf(uid: string, created: Date | string | undefined, status: unknown): StatusPhase {
    return phaseOf(created, status, this.#last.get(uid)?.phase);
  }

  /** Notes that a status was written. */
  wrote(uid: string, content: StatusContent, phase: StatusPhase): void {
    const at = this.#clock.monotonic();
    const last = this.#last.get(uid);
    const steps = phase === "known" ? this.#pace.known : [this.#pace.coming.most];
    const isNewRow = last === undefined || content === "generation" || at - last.at > 2 * last.intervalMs;
    const step = isNewRow ? 0 : Math.min(last.step + (content === "details" ? 1 : 0), steps.length - 1);
    const recent = [...(last?.recent ?? []), at].slice(-this.#pace.storm.writes);
    this.#last.set(uid, { at, step, intervalMs: steps[step] ?? 0, phase, recent });
  }

  forget(uid: string): void {
    this.#last.delete(uid);
  }
}

/** Since when something holds is "now" until it is written: no change. */
function withoutTimes(status: unknown): unknown {
  const text = JSON.stringify(status, (_name, value: unknown) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? undefined : value,
  );
  return JSON.parse(text ?? "null");
}
