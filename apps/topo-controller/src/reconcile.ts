import type { TopoServerStatus } from "@multigres/api-types";
import { deletionOf, type EventDraft, kinds, type Plan, surplusOf, workload } from "@multigres/controller-kit";
import { statefulSetHealth, type WorkloadHealth } from "@multigres/status-kit";
import { keptVolumeClaim, storageOf } from "@multigres/workload-kit";
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
  const wantedClaim = wantedDataClaim(topoServer);
  const liveClaim = statefulSet?.spec?.volumeClaimTemplates?.find(({ metadata }) => metadata?.name === dataVolumeName);
  const claim = keptVolumeClaim(wantedClaim, liveClaim);
  const budget = memberBudget(topoServer);
  const members = statefulSetHealth({ name, replicas, required: quorumOf(replicas) }, statefulSet, pods);
  const storage = claim.applied ? undefined : { has: storageOf(claim.template), wants: storageOf(wantedClaim) };
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
    events: troubleEvents(members),
    status: (failures) => topoServerStatus({ topoServer, members, storage, failures }, now),
  };
}

function troubleEvents({ trouble }: WorkloadHealth): EventDraft[] {
  return trouble ? [{ type: "Warning", reason: trouble.reason, action: "WatchMembers", note: trouble.message }] : [];
}
