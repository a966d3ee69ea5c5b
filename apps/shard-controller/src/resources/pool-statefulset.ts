import type { V1PersistentVolumeClaim, V1StatefulSet } from "@kubernetes/client-node";
import type { ResolvedPool, Shard } from "@multigres/api-types";
import { names, ownedMetadata, poolLabels } from "@multigres/workload-kit";
import { poolIdentity } from "./identity.ts";
import { poolPodTemplate } from "./pool-pod.ts";

/** `volumeClaim` is the template of the pods' data volumes, which can't change while the StatefulSet exists. */
export function poolStatefulSet(shard: Shard, pool: ResolvedPool, volumeClaim: V1PersistentVolumeClaim): V1StatefulSet {
  const identity = poolIdentity(shard.spec, pool);
  const name = names.pool(identity);
  const labels = poolLabels(identity);
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: ownedMetadata(shard, name, labels) as V1StatefulSet["metadata"],
    spec: {
      serviceName: name,
      replicas: pool.replicas,
      podManagementPolicy: "Parallel",
      // Pods of one shard must never be replaced side by side, and the shard spans StatefulSets.
      updateStrategy: { type: "OnDelete" },
      // Always: a StatefulSet is also deleted in order to be replaced, and that must never cost a volume.
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      selector: { matchLabels: labels },
      template: poolPodTemplate(shard.spec, pool),
      volumeClaimTemplates: [volumeClaim],
    },
  };
}
