import type { TopoServerStatus } from "@multigres/api-types";
import {
  deletionOf,
  kinds,
  type Plan,
  replacementOf,
  resized,
  surplusOf,
  volumesGoWithCluster,
  workload,
} from "@multigres/controller-kit";
import { troubleReport } from "@multigres/status-kit";
import { dataVolumeName, volumeGrowth } from "@multigres/workload-kit";
import { memberHealth } from "./member-health.ts";
import { membersBroken } from "./member-trouble.ts";
import type { ObservedTopoServer } from "./observe.ts";
import { memberBudget } from "./resources/disruption-budget.ts";
import { clientService, peerService } from "./resources/services.ts";
import { memberStatefulSet, wantedDataClaim } from "./resources/statefulset.ts";
import { topoServerStatus } from "./status.ts";

export function reconcile(observed: ObservedTopoServer, { now }: { readonly now: Date }): Plan<TopoServerStatus> {
  const { topoServer, statefulSet, pods, claims, disruptionBudgets } = observed;
  const liveClaim = statefulSet?.spec?.volumeClaimTemplates?.find(({ metadata }) => metadata?.name === dataVolumeName);
  const volumes = volumeGrowth(wantedDataClaim(topoServer), liveClaim, claims);
  const { target = "", resize } = volumes;
  const { whenDeleted } = topoServer.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const budget = memberBudget(topoServer);
  const members = memberHealth(observed);
  const broken = membersBroken(pods, topoServer.spec.replicas);
  const troubles = troubleReport([members], now);
  const objects = [
    ...resize.map((claim) => resized(claim, target)),
    ...volumesGoWithCluster(claims, topoServer.spec.cluster, whenDeleted === "Delete"),
    workload(kinds.Service, peerService(topoServer)),
    workload(kinds.Service, clientService(topoServer)),
    workload(kinds.StatefulSet, memberStatefulSet(topoServer, volumes.template)),
    ...(budget ? [workload(kinds.PodDisruptionBudget, budget)] : []),
  ];
  return {
    objects,
    deletions: [
      ...(statefulSet && volumes.replaceStatefulSet ? [replacementOf(statefulSet, target)] : []),
      ...surplusOf(kinds.PodDisruptionBudget, disruptionBudgets, objects).map((surplus) =>
        deletionOf(kinds.PodDisruptionBudget, surplus),
      ),
    ],
    events: [
      ...troubles.events,
      ...broken.map(({ reason, message }) => ({ type: "Warning", reason, action: "Observe", note: message }) as const),
    ],
    status: (failures) => topoServerStatus({ topoServer, members, broken, volumes, failures }, now),
    requeueAfterMs: troubles.lookAgainAfterMs,
  };
}
