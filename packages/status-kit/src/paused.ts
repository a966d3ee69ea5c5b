import { annotations, neverObserved } from "@multigres/api-types";
import type { ConditionDraft, Summary } from "./conditions.ts";
import { conditionTypes, reasons } from "./vocabulary.ts";

export interface Pausable {
  readonly metadata?: {
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: unknown;
  };
  readonly status?: { readonly observedGeneration?: number };
}

/** Value of the annotation `multigres.com/paused` on a child whose owner is paused: the owner takes it away again. */
export const pausedByOwner = "by-owner";

/**
 * Whether nothing may be changed for this object now: by a person, who set the annotation to `true`, or because its owner
 * is paused. What is being deleted goes all the same.
 */
export function isPaused({ metadata = {} }: Pausable): boolean {
  const value = metadata.annotations?.[annotations.paused];
  return (value === "true" || value === pausedByOwner) && metadata.deletionTimestamp === undefined;
}

/** The generation that a status speaks of: while paused, the one that was applied last. */
export function appliedGeneration(object: Pausable): number {
  const current = object.metadata?.generation ?? 0;
  const applied = object.status?.observedGeneration ?? neverObserved;
  return isPaused(object) && applied !== neverObserved ? applied : current;
}

/** The condition that a paused object has besides its others. */
export function pausedConditions(object: Pausable): ConditionDraft[] {
  if (!isPaused(object)) return [];
  const message =
    object.metadata?.annotations?.[annotations.paused] === pausedByOwner
      ? `Nothing is changed until the annotation ${annotations.paused} is removed from the owner.`
      : `Nothing is changed until the annotation ${annotations.paused} is removed.`;
  return [{ type: conditionTypes.paused, status: "True", reason: reasons.pausedByAnnotation, message }];
}

/** A spec that was edited since the pause isn't as wanted, whatever the parts say. */
export function withUnapplied(object: Pausable, summary: Summary): Summary {
  const { generation = 0 } = object.metadata ?? {};
  if (appliedGeneration(object) === generation) return summary;
  const message = `Generation ${generation} of the spec waits: the annotation ${annotations.paused} is set`;
  return { ...summary, progressing: { status: "True", reason: reasons.pausedByAnnotation, message } };
}
