import type { Condition, ConditionStatus, ObjectMeta } from "@multigres/api-types";
import { findCondition } from "./conditions.ts";
import type { PartHealth } from "./part.ts";
import { conditionTypes, reasons } from "./vocabulary.ts";

/** Any child CR, as its parent reads it. */
export interface Child {
  readonly kind: string;
  readonly metadata: Pick<ObjectMeta, "name" | "generation" | "deletionTimestamp">;
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

/**
 * What a parent may conclude from one expected child. Not available while not observed: a status of an older spec never
 * counts. Progressing unless the child says `Progressing=False` for its current generation. The message is led by kind
 * and name.
 */
export interface ChildHealth extends PartHealth {
  readonly name: string;
  /** The child exists, isn't being deleted, and its status speaks of its current generation. */
  readonly observed: boolean;
}

/**
 * Reads one child that should exist; `child` is undefined when it doesn't.
 * `expectation` (kind and name) words the message of a child that is absent.
 */
export function childHealth(expectation: { kind: string; name: string }, child: Child | undefined): ChildHealth {
  const { kind, name } = expectation;
  const label = `${kind} ${name}`;
  const unobserved = (
    available: ConditionStatus,
    message: string,
    reason: string = reasons.childrenNotObserved,
  ): ChildHealth => ({
    name,
    observed: false,
    available,
    progressing: true,
    reasons: { available: reason, progressing: reason },
    message: `${label} ${message}`,
  });
  if (!child) return unobserved("False", "doesn't exist yet", reasons.notCreatedYet);
  const { generation, deletionTimestamp } = child.metadata;
  if (deletionTimestamp !== undefined) return unobserved("Unknown", "is being deleted");
  if (child.status?.observedGeneration === undefined || child.status.observedGeneration !== generation) {
    return unobserved("Unknown", "hasn't observed its current spec yet");
  }

  const available = currentCondition(child, conditionTypes.available);
  const progressing = currentCondition(child, conditionTypes.progressing);
  const stalled = currentCondition(child, conditionTypes.stalled);
  return {
    name,
    observed: true,
    available: available?.status ?? "Unknown",
    progressing: progressing?.status !== "False",
    reasons: {
      available: available?.reason || reasons.componentsUnavailable,
      progressing: progressing?.reason || reasons.childrenNotObserved,
    },
    stalled:
      stalled?.status === "True"
        ? { reason: stalled.reason || reasons.componentsUnavailable, message: `${label}: ${wordsOf(stalled)}` }
        : undefined,
    message: complaint(label, available, progressing),
  };
}

/** A child's condition. One that speaks of an older spec than the status around it says nothing. */
export function currentCondition({ metadata, status }: Child, type: string): Condition | undefined {
  const condition = findCondition(status?.conditions, type);
  const observed = condition?.observedGeneration;
  return observed === undefined || observed === metadata.generation ? condition : undefined;
}

function complaint(
  label: string,
  available: Condition | undefined,
  progressing: Condition | undefined,
): string | undefined {
  if (available === undefined) return `${label} doesn't say whether it is available`;
  if (available.status !== "True") return `${label}: ${wordsOf(available)}`;
  if (progressing === undefined) return `${label} doesn't say whether it still changes`;
  return progressing.status === "False" ? undefined : `${label}: ${wordsOf(progressing)}`;
}

function wordsOf({ message, reason }: Condition): string {
  return message || reason || "no reason given";
}
