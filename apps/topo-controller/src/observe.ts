import type { V1PersistentVolumeClaim, V1Pod, V1PodDisruptionBudget, V1StatefulSet } from "@kubernetes/client-node";
import type { TopoServer } from "@multigres/api-types";
import { controllerOf, type Key, kinds, type Stores } from "@multigres/controller-kit";
import { names } from "@multigres/workload-kit";

export interface ObservedTopoServer {
  readonly topoServer: TopoServer;
  /** Ours, of the wanted name. */
  readonly statefulSet: V1StatefulSet | undefined;
  /** Its members, also while it is being made again without them. */
  readonly pods: readonly V1Pod[];
  /** The members' volumes. */
  readonly claims: readonly V1PersistentVolumeClaim[];
  /** All that we control, wanted or not. */
  readonly disruptionBudgets: readonly V1PodDisruptionBudget[];
}

export function observe(topoServer: TopoServer, stores: Stores): ObservedTopoServer {
  const { name, namespace, uid = "" } = topoServer.metadata;
  const named = stores.of(kinds.StatefulSet).get(`${namespace}/${name}`);
  const isOurs = named !== undefined && controllerOf(named)?.uid === uid;
  const podNames = Array.from({ length: topoServer.spec.replicas }, (_, ordinal) => `${name}-${ordinal}`);
  const key = (object: string): Key => `${namespace}/${object}`;
  return {
    topoServer,
    statefulSet: isOurs ? named : undefined,
    pods:
      named === undefined || isOurs
        ? podNames
            .flatMap((pod) => stores.of(kinds.Pod).get(key(pod)) ?? [])
            .filter((pod) => [undefined, name].includes(controllerOf(pod)?.name))
        : [],
    claims: podNames.flatMap((pod) => stores.of(kinds.PersistentVolumeClaim).get(key(names.dataClaim(pod))) ?? []),
    disruptionBudgets: stores.of(kinds.PodDisruptionBudget).byIndex("controller", uid),
  };
}
