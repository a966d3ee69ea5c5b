import { annotations, type MultigresCluster, neverObserved } from "@multigres/api-types";
import { type ConditionDraft, conditionTypes, reasons } from "@multigres/status-kit";

type Annotated = Pick<MultigresCluster, "metadata" | "status">;

export function isPaused({ metadata }: Annotated): boolean {
  return metadata.annotations?.[annotations.paused] === "true";
}

/** The generation that a status speaks of: while paused, the one that was applied last. */
export function appliedGeneration(cluster: Annotated): number {
  const current = cluster.metadata.generation ?? 0;
  const applied = cluster.status?.observedGeneration ?? neverObserved;
  return isPaused(cluster) && applied !== neverObserved ? applied : current;
}

/** Set when the spec was changed since the pause. */
export function unappliedWhilePaused(cluster: Annotated): string | undefined {
  const { generation = 0 } = cluster.metadata;
  return appliedGeneration(cluster) === generation
    ? undefined
    : `Generation ${generation} of the spec waits: the annotation ${annotations.paused} is set`;
}

export const pausedCondition: ConditionDraft = {
  type: conditionTypes.paused,
  status: "True",
  reason: reasons.pausedByAnnotation,
  message: `Changes of the spec wait until the annotation ${annotations.paused} is removed.`,
};
