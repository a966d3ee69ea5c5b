import type { EventDraft } from "@multigres/controller-kit";
import type { ConditionDraft } from "@multigres/status-kit";
import { poolsProblems } from "./conditions.ts";
import type { ResolvedCluster } from "./resolve.ts";
import { registrationNeedsPerson } from "./topology/registered-condition.ts";

/** What needs a person. A server that doesn't answer yet is no news at a start, and later a matter of status. */
export function registrationEvents(registered: ConditionDraft | undefined): EventDraft[] {
  if (registered === undefined || !registrationNeedsPerson(registered)) return [];
  return [{ type: "Warning", reason: registered.reason, action: "Register", note: registered.message }];
}

/** One for each database that is held back. */
export function heldBackEvents(cluster: ResolvedCluster): EventDraft[] {
  return poolsProblems(cluster).map(({ reason, message }) => ({
    type: "Warning",
    reason,
    action: "ResolveTemplate",
    note: message,
  }));
}
