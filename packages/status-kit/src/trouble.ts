import { timeLeft } from "./time-left.ts";

/** Why pods can't run or can't be created, as opposed to their normal start. */
export interface Trouble {
  readonly reason: string;
  readonly message: string;
  /** Since when, where the API server says so and it matters. */
  readonly since?: Date;
}

/** An Event about trouble; controller-kit's `EventDraft`. */
export interface TroubleEvent {
  readonly type: "Warning";
  readonly reason: string;
  readonly action: "Observe";
  readonly note: string;
}

export interface TroubleReport {
  readonly events: readonly TroubleEvent[];
  /** Set while something isn't worth an Event yet. */
  readonly lookAgainAfterMs: number | undefined;
}

const bindingTimeMs = 30_000;

/**
 * One Event for each workload in trouble. Every new pod is unschedulable until its volumes are bound, so only one that
 * stays so is told.
 */
export function troubleReport(
  workloads: readonly { readonly troubles: readonly Trouble[] }[],
  now: Date,
): TroubleReport {
  const waits = workloads.flatMap(({ troubles }) => troubles.map((trouble) => waitMs(trouble, now)));
  const pending = waits.filter((ms) => ms > 0);
  return {
    events: workloads.flatMap(({ troubles }) => {
      const told = troubles.find((trouble) => waitMs(trouble, now) === 0);
      return told ? [{ type: "Warning", reason: told.reason, action: "Observe", note: told.message }] : [];
    }),
    lookAgainAfterMs: pending.length === 0 ? undefined : Math.min(...pending),
  };
}

function waitMs({ reason, since }: Trouble, now: Date): number {
  if (reason !== "Unschedulable" || since === undefined) return 0;
  return Math.max(0, timeLeft(since, bindingTimeMs, now));
}
