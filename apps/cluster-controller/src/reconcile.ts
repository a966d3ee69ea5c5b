import type { MultigresClusterStatus } from "@multigres/api-types";
import type { Plan, ReconcileContext } from "@multigres/controller-kit";
import { troubleReport } from "@multigres/status-kit";
import { depart } from "./departure.ts";
import { desiredObjects } from "./desired.ts";
import { heldBackEvents, registrationEvents } from "./events.ts";
import { clusterHealth } from "./health.ts";
import { leftovers } from "./leftovers.ts";
import type { Observed } from "./observe.ts";
import { resolveCluster } from "./resolve.ts";
import type { Settings } from "./settings.ts";
import { clusterStatus } from "./status.ts";
import { registeredCondition } from "./topology/registered-condition.ts";
import { topologyPlan } from "./topology/topology-plan.ts";

export function reconcile(observed: Observed, context: ReconcileContext<Settings>): Plan<MultigresClusterStatus> {
  if (observed.cluster.metadata.deletionTimestamp !== undefined) return depart(observed, context);
  const { now, settings } = context;
  const cluster = resolveCluster(observed, settings);
  const objects = desiredObjects(cluster);
  const topology = topologyPlan(cluster, observed);
  const { registration, externals } = topology;
  const left = leftovers(observed, cluster, objects, registration);
  const health = clusterHealth(cluster, observed, registration);
  const { multiadmin, multiorch } = health;
  const troubles = troubleReport(multiorch ? [multiadmin, multiorch] : [multiadmin], now);
  return {
    objects: [...objects, ...left.objects],
    deletions: left.deletions,
    events: [
      ...heldBackEvents(cluster),
      ...registrationEvents(registeredCondition(cluster, registration, health.topology.available)),
      ...troubles.events,
    ],
    status: (failures) => clusterStatus({ cluster, health, leftovers: left, registration, externals, failures }, now),
    requeueAfterMs: topology.requeueAfterMs ?? troubles.lookAgainAfterMs,
    tasks: topology.tasks,
    finalizer: topology.finalizer,
  };
}
