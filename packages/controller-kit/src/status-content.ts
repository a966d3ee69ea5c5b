import { conditionTypes, waitingReasons } from "@multigres/status-kit";
import type { ConditionedStatus, StatusCondition, StatusPhase } from "./status-phase.ts";

/**
 * What is new in a status.
 *
 * - `generation`: it is the first one, or speaks of another generation.
 * - `truth`: what others wait for, or a trouble. A condition comes, goes, begins or ceases to be True, or something that
 *   has served says another of True, False and Unknown; while it comes up, only that it is Available.
 * - `details`: the rest, counts and messages.
 */
export type StatusContent = "generation" | "truth" | "details";

/** What carries no conditions is never taken for details. */
export function contentOf(stored: unknown, next: unknown, phase: StatusPhase): StatusContent {
  const before = (stored ?? {}) as ConditionedStatus;
  const after = (next ?? {}) as ConditionedStatus;
  if (before.conditions === undefined || after.conditions === undefined) return "generation";
  if (before.observedGeneration !== after.observedGeneration) return "generation";
  const isNews = phase === "comingUp" ? standsOut : () => true;
  const isSame =
    truthsOf(before, isNews) === truthsOf(after, isNews) &&
    (phase === "comingUp" || wordsOf(before) === wordsOf(after));
  return isSame ? "details" : "truth";
}

/** Nobody waits for a step on the way of what isn't available yet, only for the end of it, or hears of what is in the way. */
function standsOut({ type, reason = "" }: StatusCondition): boolean {
  return type === conditionTypes.available || !waitingReasons.has(reason);
}

/** Steps on the way to Available: that they are done is no news, what stands in their way is. */
const steps: ReadonlySet<string> = new Set([
  conditionTypes.primaryElected,
  conditionTypes.registered,
  conditionTypes.templateResolved,
]);

function truthsOf({ conditions = [] }: ConditionedStatus, isNews: (condition: StatusCondition) => boolean): string {
  return conditions
    .filter(isNews)
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
