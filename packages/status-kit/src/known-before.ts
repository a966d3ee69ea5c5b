import type { Condition } from "@multigres/api-types";
import { type ConditionDraft, findCondition } from "./conditions.ts";
import { appliedGeneration, type Pausable } from "./paused.ts";

/**
 * The condition that the status has of the spec that is applied now. A controller that has just started knows nothing
 * yet: until it does, what was found for the same spec holds.
 */
export function knownBefore(
  object: Pausable & { readonly status?: { readonly conditions?: readonly Condition[] } },
  type: string,
): ConditionDraft | undefined {
  const before = findCondition(object.status?.conditions, type);
  if (before === undefined || before.observedGeneration !== appliedGeneration(object)) return undefined;
  const { status, reason = "", message = "" } = before;
  return { type, status, reason, message };
}
