import type { Condition, ConditionStatus } from "@multigres/api-types";
import { conditionTypes, messages, reasons } from "./vocabulary.ts";

/** A condition as a controller states it; the bookkeeping fields are added by `setConditions`. */
export interface ConditionDraft {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
}

export interface Observation {
  /** The `metadata.generation` that this status speaks of. */
  readonly generation: number;
  readonly now: Date;
}

const order: readonly string[] = [
  conditionTypes.available,
  conditionTypes.progressing,
  conditionTypes.ready,
  conditionTypes.stalled,
];

/**
 * The whole list of conditions for a status: `drafts` with `observedGeneration` and `lastTransitionTime` (RFC 3339,
 * seconds), which moves only when the condition's status differs from `previous`. Types without a draft are dropped,
 * and the order is fixed, so that equal facts give an equal list. Of several drafts of a type the last one counts: the
 * API server refuses a status that has a type twice. Without `previous` nothing ever served, so `Available` and `Ready`
 * begin with `False` where the draft says `Unknown`.
 */
export function setConditions(
  previous: readonly Condition[] | undefined,
  drafts: readonly ConditionDraft[],
  observation: Observation,
): Condition[] {
  const now = `${observation.now.toISOString().slice(0, 19)}Z`;
  const byType = new Map(drafts.map((draft) => [draft.type, draft]));
  return [...byType.values()].sort(byOrderThenName).map((draft) => {
    const before = previous?.find((condition) => condition.type === draft.type);
    const status = previous === undefined && beginsWithFalse(draft) ? "False" : draft.status;
    const unchanged = before?.status === status;
    return {
      type: draft.type,
      status,
      reason: draft.reason,
      message: draft.message,
      observedGeneration: observation.generation,
      lastTransitionTime: (unchanged ? before.lastTransitionTime : undefined) ?? now,
    };
  });
}

function beginsWithFalse({ type, status }: ConditionDraft): boolean {
  return status === "Unknown" && (type === conditionTypes.available || type === conditionTypes.ready);
}

function byOrderThenName(a: ConditionDraft, b: ConditionDraft): number {
  return rank(a.type) - rank(b.type) || (a.type < b.type ? -1 : 1);
}

function rank(type: string): number {
  const index = order.indexOf(type);
  return index === -1 ? order.length : index;
}

/** Why a person must act. */
export interface Stall {
  readonly reason: string;
  readonly message: string;
}

/** What every kind says of itself, before `Ready` and `Stalled` are derived. */
export interface Summary {
  readonly available: Omit<ConditionDraft, "type">;
  readonly progressing: Omit<ConditionDraft, "type">;
  /** Set when a person must act. */
  readonly stalled?: Stall;
}

/**
 * `Available`, `Progressing`, and from them `Ready` and `Stalled`. `Ready` is what holds for the spec as a whole: nothing
 * that waits for a person is ready, even if it serves.
 */
export function summarize({ available, progressing, stalled }: Summary): ConditionDraft[] {
  return [
    { ...available, type: conditionTypes.available },
    { ...progressing, type: conditionTypes.progressing },
    { ...readiness({ available, progressing, stalled }), type: conditionTypes.ready },
    stalled
      ? { ...stalled, type: conditionTypes.stalled, status: "True" }
      : { type: conditionTypes.stalled, status: "False", reason: reasons.nothingToDo, message: messages.notStalled },
  ];
}

function readiness({ available, progressing, stalled }: Summary): Omit<ConditionDraft, "type"> {
  if (available.status !== "True") return available;
  if (progressing.status !== "False") return { ...progressing, status: "False" };
  return stalled ? { ...stalled, status: "False" } : available;
}

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}
