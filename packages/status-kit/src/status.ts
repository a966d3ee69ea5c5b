import type { Condition } from "@multigres/api-types";
import { type ConditionDraft, type Summary, setConditions, summarize } from "./conditions.ts";
import { type FailedWrite, nameConflicts, withFailures } from "./failures.ts";
import { appliedGeneration, pausedConditions, withUnapplied } from "./paused.ts";
import { reasons } from "./vocabulary.ts";

/** The object that a status is about; every kind of ours is assignable. */
export interface Reported {
  readonly metadata: { readonly generation?: number; readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

export interface Findings {
  readonly summary: Summary;
  readonly failures: readonly FailedWrite[];
  /** Conditions of this kind alone. */
  readonly others?: readonly ConditionDraft[];
}

/** What every status has. */
export interface BaseStatus {
  readonly observedGeneration: number;
  readonly conditions: Condition[];
}

/**
 * The conditions of a status, the writes that failed told in them, and the generation that they speak of: the one that was
 * applied last while the annotation `multigres.com/paused` is set.
 */
export function baseStatus(object: Reported, { summary, failures, others = [] }: Findings, now: Date): BaseStatus {
  const generation = appliedGeneration(object);
  const drafts = [
    ...summarize(withUnapplied(object, withFailures(summary, failures))),
    ...nameConflicts(failures),
    ...pausedConditions(object),
    ...others,
  ];
  const conditions = setConditions(object.status?.conditions, drafts, { generation, now });
  return { observedGeneration: generation, conditions };
}

/** For an object that can't be read: what runs stays as it is, and nothing is known of it. */
export function malformedStatus(object: Reported, message: string, now: Date): BaseStatus {
  const stalled = { reason: reasons.invalidObject, message };
  const summary: Summary = {
    available: { status: "Unknown", ...stalled },
    progressing: { status: "True", ...stalled },
    stalled,
  };
  return baseStatus(object, { summary, failures: [] }, now);
}
