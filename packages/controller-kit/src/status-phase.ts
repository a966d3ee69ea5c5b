import { conditionTypes, reasons, waitingReasons } from "@multigres/status-kit";

/** How far an object has come, by its status. */
export type StatusPhase =
  /** It has never been Available. */
  | "comingUp"
  /** It is Available for the first time, and not all of it is there yet. */
  | "completing"
  /** It has been Ready, or in trouble: somebody may be looking at it. */
  | "known";

export interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly lastTransitionTime?: string;
}

export interface ConditionedStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly StatusCondition[];
}

/**
 * @param status what is to be told now
 * @param last the phase that was told last; undefined after a restart: then it is taken from the time of the conditions
 */
export function phaseOf(
  created: Date | string | undefined,
  status: unknown,
  last: StatusPhase | undefined,
): StatusPhase {
  const { conditions = [] } = (status ?? {}) as ConditionedStatus;
  const available = conditions.find(({ type }) => type === conditionTypes.available);
  if (last === "known" || available === undefined || conditions.some(isTrouble)) return "known";
  if (available.status !== "True") {
    // What has served isn't new when it breaks.
    if (last === "completing") return "known";
    return last === "comingUp" || isAsCreated(available, created) ? "comingUp" : "known";
  }
  const ready = conditions.find(({ type }) => type === conditionTypes.ready);
  if (ready === undefined || ready.status === "True") return "known";
  return last !== undefined || isAsCreated(ready, created) ? "completing" : "known";
}

const beingMade: ReadonlySet<string> = new Set([reasons.notCreatedYet, reasons.childrenNotObserved]);

/** Whether a status still waits for a child, or for its first status: the next moment says something else. */
export function isBeingMade(status: unknown): boolean {
  const { conditions = [] } = (status ?? {}) as ConditionedStatus;
  return conditions.some(({ reason = "" }) => beingMade.has(reason));
}

function isTrouble({ type, status, reason = "" }: StatusCondition): boolean {
  if (type === conditionTypes.available || type === conditionTypes.progressing) return !waitingReasons.has(reason);
  return type === conditionTypes.stalled && status === "True";
}

/** How late the first status of a new object may come, and how far clocks may be apart. */
const firstStatusMs = 60_000;

/** Whether a condition says what it said when the object got its first status. */
function isAsCreated({ lastTransitionTime = "" }: StatusCondition, created: Date | string | undefined): boolean {
  if (created === undefined) return false;
  return Date.parse(lastTransitionTime) - new Date(created).getTime() < firstStatusMs;
}
