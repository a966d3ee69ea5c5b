import type { V1PersistentVolumeClaim, V1Pod } from "@kubernetes/client-node";
import { controllerOf, type Key, kinds, type Watch, watch } from "@multigres/controller-kit";
import { componentSelector, components, trimClaim, trimPod } from "@multigres/workload-kit";
import { dataVolumeName } from "./etcd.ts";

const labelSelector = componentSelector(components.topoServer);

export const watches: readonly Watch[] = [
  watch({ kind: kinds.StatefulSet, labelSelector }),
  watch({ kind: kinds.Service, labelSelector }),
  watch({ kind: kinds.PodDisruptionBudget, labelSelector }),
  watch({ kind: kinds.Pod, labelSelector, trim: trimPod, wakes: memberKeys }),
  watch({ kind: kinds.PersistentVolumeClaim, labelSelector, trim: trimClaim, wakes: volumeKeys }),
];

/** A volume has no owner; its name is `data-<TopoServer>-<ordinal>`. */
function volumeKeys({ metadata }: V1PersistentVolumeClaim): Key[] {
  const name = new RegExp(`^${dataVolumeName}-(.+)-\\d+$`).exec(metadata?.name ?? "")?.[1];
  return name === undefined ? [] : [`${metadata?.namespace ?? ""}/${name}`];
}

/** A member's StatefulSet carries its TopoServer's name. */
function memberKeys(pod: V1Pod): Key[] {
  const owner = controllerOf(pod);
  return owner?.kind === kinds.StatefulSet.kind ? [`${pod.metadata?.namespace ?? ""}/${owner.name}`] : [];
}
