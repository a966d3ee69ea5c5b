import type { V1Pod } from "@kubernetes/client-node";
import { type Cell, labels } from "@multigres/api-types";
import { type Key, keyOf, kinds, type Stores, type Watch, watch } from "@multigres/controller-kit";
import { componentSelector, components, labelValue, trimPod } from "@multigres/workload-kit";

/** Index of Cells and of gateway pods by the cell that they belong to. */
export const byCell = "cell";

export const primaryIndexes = {
  // A malformed Cell stands in the cache too.
  [byCell]: ({ metadata, spec }: Cell): readonly string[] =>
    spec?.cluster?.name === undefined || spec.name === undefined
      ? []
      : [cellId(metadata.namespace, spec.cluster.name, spec.name)],
};

const labelSelector = componentSelector(components.multigateway);

export const watches: readonly Watch[] = [
  // Ours alone, so the cache needs no selector.
  watch({ kind: kinds.TopoServer }),
  watch({ kind: kinds.Deployment, labelSelector }),
  watch({ kind: kinds.Service, labelSelector }),
  watch({ kind: kinds.PodDisruptionBudget, labelSelector }),
  watch({
    kind: kinds.Pod,
    labelSelector,
    trim: trimGatewayPod,
    indexes: { [byCell]: podCellIds },
    wakes: (pod, stores) => podCellIds(pod).flatMap((id) => cellKeys(id, stores)),
  }),
];

/** With its age: see stuck-gateways.ts. */
function trimGatewayPod(pod: V1Pod): V1Pod {
  const trimmed = trimPod(pod);
  return { ...trimmed, metadata: { ...trimmed.metadata, creationTimestamp: pod.metadata?.creationTimestamp } };
}

export function cellId(namespace: string, cluster: string, cell: string): string {
  return `${namespace}/${labelValue(cluster)}/${labelValue(cell)}`;
}

/** A pod's controller is a ReplicaSet, so its cell is read from the labels. */
function podCellIds({ metadata }: V1Pod): string[] {
  const cluster = metadata?.labels?.[labels.cluster];
  const cell = metadata?.labels?.[labels.cell];
  return cluster === undefined || cell === undefined ? [] : [`${metadata?.namespace ?? ""}/${cluster}/${cell}`];
}

function cellKeys(id: string, stores: Stores): Key[] {
  return stores.of(kinds.Cell).byIndex(byCell, id).map(keyOf);
}
