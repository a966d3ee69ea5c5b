import type { EventDraft } from "@multigres/controller-kit";
import { type ConditionDraft, reasons } from "@multigres/status-kit";
import { poolsProblems } from "./conditions.ts";
import type { ResolvedCluster } from "./resolve.ts";

/** What needs a person. A server that doesn't answer yet is no news at a start, and later a matter of status. */
export function registrationEvents(registered: ConditionDraft | undefined): EventDraft[] {
  if (registered === undefined) return [];
  const { reason, message } = registered;
  const needsPerson = reason === reasons.topologyConflict || reason === reasons.registrationRefused;
  return needsPerson ? [{ type: "Warning", reason, action: "Register", note: message }] : [];
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
