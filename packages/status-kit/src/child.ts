import type { Condition, ConditionStatus, ObjectMeta } from "@multigres/api-types";
import { findCondition } from "./conditions.ts";
import { conditionTypes } from "./vocabulary.ts";

/** Any child CR, as its parent reads it. */
export interface Child {
  readonly kind: string;
  readonly metadata: Pick<ObjectMeta, "name" | "generation" | "deletionTimestamp">;
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

/** What a parent may conclude from one expected child. */
export interface ChildHealth {
  readonly name: string;
  /** The child exists, isn't being deleted, and its status speaks of its current generation. */
  readonly observed: boolean;
  /** `Unknown` while not observed: a status of an older spec never counts. */
  readonly available: ConditionStatus;
  /** True unless the child says `Progressing=False` for its current generation. */
  readonly progressing: boolean;
  /** Set when the child says that a person must act. */
  readonly stalled?: { readonly reason: string; readonly message: string };
  /** Why it isn't available or still progresses, led by kind and name: ready to stand in the parent's message. */
  readonly message?: string;
}

/**
 * Reads one child that should exist; `child` is undefined when it doesn't.
 * `expectation` (kind and name) words the message of a child that is absent.
 */
export function childHealth(expectation: { kind: string; name: string }, child: Child | undefined): ChildHealth {
  const label = `${expectation.kind} ${expectation.name}`;
  if (!child) {
    return {
      name: expectation.name,
      observed: false,
      available: "False",
      progressing: true,
      message: `${label} doesn't exist yet`,
    };
  }
  const { generation, deletionTimestamp } = child.metadata;
  if (deletionTimestamp !== undefined) {
    return {
      name: expectation.name,
      observed: false,
      available: "Unknown",
      progressing: true,
      message: `${label} is being deleted`,
    };
  }
  if (child.status?.observedGeneration === undefined || child.status.observedGeneration !== generation) {
    return {
      name: expectation.name,
      observed: false,
      available: "Unknown",
      progressing: true,
      message: `${label} hasn't observed its current spec yet`,
    };
  }
  const available = findCondition(child.status.conditions, conditionTypes.available);
  const progressing = findCondition(child.status.conditions, conditionTypes.progressing);
  const stalled = findCondition(child.status.conditions, conditionTypes.stalled);
  const culprit =
    available?.status === "True" ? (progressing?.status === "False" ? undefined : progressing) : available;
  return {
    name: expectation.name,
    observed: true,
    available: available?.status ?? "Unknown",
    progressing: progressing?.status !== "False",
    stalled:
      stalled?.status === "True"
        ? { reason: stalled.reason ?? "", message: `${label}: ${stalled.message ?? ""}` }
        : undefined,
    message: culprit ? `${label}: ${culprit.message ?? culprit.reason ?? "no reason given"}` : undefined,
  };
}

/** True only when all are "True"; "False" as soon as one is; else "Unknown". An empty list is "True". */
export function allOf(statuses: readonly ConditionStatus[]): ConditionStatus {
  if (statuses.includes("False")) return "False";
  return statuses.every((status) => status === "True") ? "True" : "Unknown";
}

/** Joins messages for a condition, the first few whole and the rest counted, below `limit` characters. */
export function joinMessages(parts: readonly (string | undefined)[], limit = 1024): string {
  const given = parts.filter((part): part is string => part !== undefined && part !== "");
  const shown: string[] = [];
  let length = 0;
  for (const part of given) {
    const cut = part.length > limit / 2 ? `${part.slice(0, limit / 2 - 1)}…` : part;
    if (length + cut.length + 2 > limit - 16) break;
    shown.push(cut);
    length += cut.length + 2;
  }
  const rest = given.length - shown.length;
  return rest > 0 ? `${shown.join("; ")}; and ${rest} more` : shown.join("; ");
}
