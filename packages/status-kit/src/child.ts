import type { Condition, ConditionStatus, ObjectMeta } from "@multigres/api-types";
import { findCondition } from "./conditions.ts";
import { conditionTypes, reasons } from "./vocabulary.ts";

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
  const { kind, name } = expectation;
  const label = `${kind} ${name}`;
  const unobserved = (available: ConditionStatus, message: string): ChildHealth => ({
    name,
    observed: false,
    available,
    progressing: true,
    message: `${label} ${message}`,
  });
  if (!child) return unobserved("False", "doesn't exist yet");
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
    stalled:
      stalled?.status === "True"
        ? { reason: stalled.reason || reasons.componentsUnavailable, message: `${label}: ${wordsOf(stalled)}` }
        : undefined,
    message: complaint(label, available, progressing),
  };
}

/** A condition that speaks of an older spec than the status around it says nothing. */
function currentCondition({ metadata, status }: Child, type: string): Condition | undefined {
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

/** True only when all are "True"; "False" as soon as one is; else "Unknown". An empty list is "True". */
export function allOf(statuses: readonly ConditionStatus[]): ConditionStatus {
  if (statuses.includes("False")) return "False";
  return statuses.every((status) => status === "True") ? "True" : "Unknown";
}

/**
 * Joins messages for a condition: each once, the first few whole and the rest counted, at most `limit` characters
 * (64 or more).
 */
export function joinMessages(parts: readonly (string | undefined)[], limit = 1024): string {
  const given = [...new Set(parts)].filter((part): part is string => part !== undefined && part !== "");
  const shown: string[] = [];
  let length = 0;
  for (const part of given) {
    const cut = shortened(part, Math.floor(limit / 2));
    if (length + cut.length + 2 > limit - 16) break;
    shown.push(cut);
    length += cut.length + 2;
  }
  const rest = given.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
}

/** Never ends in half a character: the server would store another text than was sent. */
function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "")}…` : text;
}
