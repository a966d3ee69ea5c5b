import type { V1PersistentVolumeClaim, V1PodTemplateSpec, V1StatefulSet } from "@kubernetes/client-node";
import { type CellPlacement, labels, type ResolvedPool, type Shard, type ShardSpec } from "@multigres/api-types";
import { hashOf } from "@multigres/controller-kit";
import { names, ownedMetadata, poolLabels } from "@multigres/workload-kit";
import { poolIdentity } from "./identity.ts";
import { poolPodTemplate } from "./pool-pod.ts";

export interface PoolStatefulSetParts {
  readonly template: V1PodTemplateSpec;
  /** Template of the pods' data volumes, which can't change while the StatefulSet exists. */
  readonly volumeClaim: V1PersistentVolumeClaim;
  readonly replicas: number;
}

export function poolStatefulSet(
  shard: Shard,
  pool: ResolvedPool,
  { template, volumeClaim, replicas }: PoolStatefulSetParts,
): V1StatefulSet {
  const identity = poolIdentity(shard.spec, pool);
  const name = names.pool(identity);
  const selector = poolLabels(identity);
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: ownedMetadata(shard, name, selector) as V1StatefulSet["metadata"],
    spec: {
      serviceName: name,
      replicas,
      podManagementPolicy: "Parallel",
      // Pods of one shard must never be replaced side by side, and the shard spans StatefulSets.
      updateStrategy: { type: "OnDelete" },
      // Always: a StatefulSet is also deleted in order to be replaced, and that must never cost a volume.
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      selector: { matchLabels: selector },
      template,
      volumeClaimTemplates: [volumeClaim],
    },
  };
}

/**
 * Its pods tell by it whether their spec is the wanted one, and where they registered. Labels and annotations aren't in it:
 * they restart nothing.
 */
export function withSpecHash(template: V1PodTemplateSpec, topology: CellPlacement["topology"]): V1PodTemplateSpec {
  const { metadata, spec } = template;
  const hash = hashOf(topology === undefined ? spec : [spec, topology]);
  return { spec, metadata: { ...metadata, labels: { ...metadata?.labels, [labels.podSpec]: hash } } };
}

/** The template of a pool's pods, which tells by its hash when they are outdated. */
export function poolTemplate(spec: ShardSpec, pool: ResolvedPool): V1PodTemplateSpec {
  const cell = spec.cells.find(({ name }) => name === pool.cell);
  return withSpecHash(poolPodTemplate(spec, pool), cell?.topology);
}

export function specHashOf(template: V1PodTemplateSpec | undefined): string | undefined {
  return template?.metadata?.labels?.[labels.podSpec];
}
