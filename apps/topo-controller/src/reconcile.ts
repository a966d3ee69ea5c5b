import type { TopoServerStatus } from "@multigres/api-types";
import { deletionOf, kinds, type Plan, surplusOf, workload } from "@multigres/controller-kit";
import { statefulSetHealth, troubleReport } from "@multigres/status-kit";
import { keptVolumeClaim } from "@multigres/workload-kit";
import { dataVolumeName, quorumOf } from "./etcd.ts";
import type { ObservedTopoServer } from "./observe.ts";
import { memberBudget } from "./resources/disruption-budget.ts";
import { clientService, peerService } from "./resources/services.ts";
import { memberStatefulSet, wantedDataClaim } from "./resources/statefulset.ts";
import { topoServerStatus } from "./status.ts";

export function reconcile(
  { topoServer, statefulSet, pods, disruptionBudgets }: ObservedTopoServer,
  { now }: { readonly now: Date },
): Plan<TopoServerStatus> {
  const { name } = topoServer.metadata;
  const { replicas } = topoServer.spec;
  const liveClaim = statefulSet?.spec?.volumeClaimTemplates?.find(({ metadata }) => metadata?.name === dataVolumeName);
  const claim = keptVolumeClaim(wantedDataClaim(topoServer), liveClaim);
  const budget = memberBudget(topoServer);
  const members = statefulSetHealth({ name, replicas, required: quorumOf(replicas) }, statefulSet, pods);
  const troubles = troubleReport([members], now);
  const objects = [
    workload(kinds.Service, peerService(topoServer)),
    workload(kinds.Service, clientService(topoServer)),
    workload(kinds.StatefulSet, memberStatefulSet(topoServer, claim.template)),
    ...(budget ? [workload(kinds.PodDisruptionBudget, budget)] : []),
  ];
  return {
    objects,
    deletions: surplusOf(kinds.PodDisruptionBudget, disruptionBudgets, objects).map((surplus) =>
      deletionOf(kinds.PodDisruptionBudget, surplus),
    ),
    events: troubles.events,
    status: (failures) => topoServerStatus({ topoServer, members, claim, failures }, now),
    requeueAfterMs: troubles.lookAgainAfterMs,
  };
}
