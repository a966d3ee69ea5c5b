import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { controllerKeys, type Key, kinds, type Watch, watch } from "@multigres/controller-kit";
import { componentSelector, dataVolumeName, components, trimClaim, trimPod } from "@multigres/workload-kit";

const labelSelector = componentSelector(components.topoServer);

export const watches: readonly Watch[] = [
  watch({ kind: kinds.StatefulSet, labelSelector }),
  watch({ kind: kinds.Service, labelSelector }),
  watch({ kind: kinds.PodDisruptionBudget, labelSelector }),
  // A member's StatefulSet carries its TopoServer's name.
  watch({ kind: kinds.Pod, labelSelector, trim: trimPod, wakes: (pod) => controllerKeys(pod, kinds.StatefulSet) }),
  watch({ kind: kinds.PersistentVolumeClaim, labelSelector, trim: trimClaim, wakes: volumeKeys }),
];

/** A volume has no owner; its name is `data-<TopoServer>-<ordinal>`. */
function volumeKeys({ metadata }: V1PersistentVolumeClaim): Key[] {
  const name = new RegExp(`^${dataVolumeName}-(.+)-\\d+$`).exec(metadata?.name ?? "")?.[1];
  return name === undefined ? [] : [`${metadata?.namespace ?? ""}/${name}`];
}
