import type { MultigresClusterStatus } from "@multigres/api-types";
import type { Plan, ReconcileContext } from "@multigres/controller-kit";
import { desiredObjects } from "./desired.ts";
import { troubleReport } from "@multigres/status-kit";
import { heldBackEvents } from "./events.ts";
import { clusterHealth } from "./health.ts";
import { leftovers } from "./leftovers.ts";
import type { Observed } from "./observe.ts";
import { resolveCluster } from "./resolve.ts";
import type { Settings } from "./settings.ts";
import { clusterStatus } from "./status.ts";

export function reconcile(
  observed: Observed,
  { now, settings }: ReconcileContext<Settings>,
): Plan<MultigresClusterStatus> {
  const cluster = resolveCluster(observed, settings);
  const objects = desiredObjects(cluster);
  const left = leftovers(observed, cluster, objects);
  const health = clusterHealth(cluster, observed);
  const { multiadmin, multiorch } = health;
  const troubles = troubleReport(multiorch ? [multiadmin, multiorch] : [multiadmin], now);
  return {
    objects,
    deletions: left.deletions,
    events: [...heldBackEvents(cluster), ...troubles.events],
    status: (failures) => clusterStatus({ cluster, health, leftovers: left, failures }, now),
    requeueAfterMs: troubles.lookAgainAfterMs,
  };
}
