import type { TopoServerStatus } from "@multigres/api-types";
import {
  type DesiredObject,
  type EventDraft,
  type KubernetesObject,
  kinds,
  type Plan,
  type ResourceKind,
} from "@multigres/controller-kit";
import { statefulSetHealth, type WorkloadHealth } from "@multigres/status-kit";
import { carriesIdentityOf, keptVolumeClaim, storageOf } from "@multigres/workload-kit";
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
  return {
    objects: [
      applied(kinds.Service, peerService(topoServer)),
      applied(kinds.Service, clientService(topoServer)),
      applied(kinds.StatefulSet, memberStatefulSet(topoServer, claim.template)),
      ...(budget ? [applied(kinds.PodDisruptionBudget, budget)] : []),
    ],
    deletions: disruptionBudgets
      .filter(({ metadata }) => metadata?.name !== budget?.metadata?.name)
      .map(({ metadata }) => ({
        kind: kinds.PodDisruptionBudget,
        namespace: metadata?.namespace ?? "",
        name: metadata?.name ?? "",
        uid: metadata?.uid ?? "",
      })),
    events: troubleEvents(members),
    status: (failures) => topoServerStatus({ topoServer, members, storage, failures }, now),
  };
}

function applied<T extends KubernetesObject>(kind: ResourceKind<T>, object: T): DesiredObject {
  const desired: DesiredObject<T> = { write: "apply", kind, object, isOurs: carriesIdentityOf(object) };
  return desired as unknown as DesiredObject;
}

function troubleEvents({ trouble }: WorkloadHealth): EventDraft[] {
  return trouble ? [{ type: "Warning", reason: trouble.reason, action: "WatchMembers", note: trouble.message }] : [];
}
