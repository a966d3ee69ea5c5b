import type { EventDraft } from "@multigres/controller-kit";
import { poolsProblems } from "./conditions.ts";
import type { ClusterHealth } from "./health.ts";
import type { ResolvedCluster } from "./resolve.ts";

/** What is worth an Event while it is the case; the kit sends each once. */
export function clusterEvents(cluster: ResolvedCluster, health: ClusterHealth): EventDraft[] {
  return [
    ...poolsProblems(cluster).map(
      ({ reason, message }): EventDraft => ({ type: "Warning", reason, action: "ResolveTemplate", note: message }),
    ),
    ...[health.multiadmin, health.multiorch].flatMap((part): EventDraft[] =>
      part?.trouble
        ? [{ type: "Warning", reason: part.trouble.reason, action: "Observe", note: part.trouble.message }]
        : [],
    ),
  ];
}
