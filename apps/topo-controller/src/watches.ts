import type { V1Pod } from "@kubernetes/client-node";
import { controllerOf, type Key, kinds, type Watch, watch } from "@multigres/controller-kit";
import { componentSelector, components, trimPod } from "@multigres/workload-kit";

const labelSelector = componentSelector(components.topoServer);

export const watches: readonly Watch[] = [
  watch({ kind: kinds.StatefulSet, labelSelector }),
  watch({ kind: kinds.Service, labelSelector }),
  watch({ kind: kinds.PodDisruptionBudget, labelSelector }),
  watch({ kind: kinds.Pod, labelSelector, trim: trimPod, wakes: memberKeys }),
];

/** A member's StatefulSet carries its TopoServer's name. */
function memberKeys(pod: V1Pod): Key[] {
  const owner = controllerOf(pod);
  return owner?.kind === kinds.StatefulSet.kind ? [`${pod.metadata?.namespace ?? ""}/${owner.name}`] : [];
}
