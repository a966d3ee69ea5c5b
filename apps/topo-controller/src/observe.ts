import type { V1Pod, V1PodDisruptionBudget, V1StatefulSet } from "@kubernetes/client-node";
import type { TopoServer } from "@multigres/api-types";
import { kinds, type Stores } from "@multigres/controller-kit";

export interface ObservedTopoServer {
  readonly topoServer: TopoServer;
  /** Ours, of the wanted name. */
  readonly statefulSet: V1StatefulSet | undefined;
  readonly pods: readonly V1Pod[];
  /** All that we control, wanted or not. */
  readonly disruptionBudgets: readonly V1PodDisruptionBudget[];
}

export function observe(topoServer: TopoServer, stores: Stores): ObservedTopoServer {
  const { name, uid = "" } = topoServer.metadata;
  const statefulSet = stores
    .of(kinds.StatefulSet)
    .byIndex("controller", uid)
    .find(({ metadata }) => metadata?.name === name);
  const statefulSetUid = statefulSet?.metadata?.uid;
  return {
    topoServer,
    statefulSet,
    pods: statefulSetUid === undefined ? [] : stores.of(kinds.Pod).byIndex("controller", statefulSetUid),
    disruptionBudgets: stores.of(kinds.PodDisruptionBudget).byIndex("controller", uid),
  };
}
