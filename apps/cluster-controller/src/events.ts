import type { EventDraft } from "@multigres/controller-kit";
import { poolsProblems } from "./conditions.ts";
import type { ResolvedCluster } from "./resolve.ts";

/** One for each database that is held back. */
export function heldBackEvents(cluster: ResolvedCluster): EventDraft[] {
  return poolsProblems(cluster).map(({ reason, message }) => ({
    type: "Warning",
    reason,
    action: "ResolveTemplate",
    note: message,
  }));
}
