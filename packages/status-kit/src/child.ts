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
 * Joins messages for a condition: each once, at most `limit` characters (64 or more) in all. Where they don't fit, the long
 * ones are cut, so that each culprit is named; what would be left less than a fifth of the room is counted instead.
 */
export function joinMessages(parts: readonly (string | undefined)[], limit = 1024): string {
  const given = [...new Set(parts)].filter((part): part is string => part !== undefined && part !== "");
  for (let count = given.length; count > 1; count--) {
    const joined = joinFirst(given, count, limit);
    if (joined !== undefined) return joined;
  }
  return joinFirst(given, 1, limit) ?? "";
}

function joinFirst(given: readonly string[], count: number, limit: number): string | undefined {
  const shown = given.slice(0, count);
  const rest = given.length - shown.length;
  const ending = rest > 0 ? `; and ${rest} more` : "";
  const room = limit - ending.length - 2 * (shown.length - 1);
  const length = fairLength(shown, room);
  const longest = Math.max(...shown.map((part) => part.length));
  if (count > 1 && length < Math.min(longest, Math.floor(limit / 5))) return undefined;
  return shown.map((part) => shortened(part, length)).join("; ") + ending;
}

/** The greatest length to cut parts to, so that they fit into `room`: what short ones leave is for the long ones. */
function fairLength(parts: readonly string[], room: number): number {
  const lengths = parts.map((part) => part.length).sort((a, b) => a - b);
  let left = room;
  for (const [index, length] of lengths.entries()) {
    const share = Math.floor(left / (lengths.length - index));
    if (length > share) return share;
    left -= length;
  }
  return room;
}

/** Never ends in half a character: the server would store another text than was sent. */
function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "")}…` : text;
}
