import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { defaultStorage, type Shard, type ShardSpec } from "@multigres/api-types";
import { clusterOwner } from "@multigres/controller-kit";
import { components, names, shardLabels, volumeClaim } from "@multigres/workload-kit";
import { shardIdentity } from "./identity.ts";

/** Name of the claim that the shard's backups are on; undefined when they go to S3. */
export function repositoryClaimName(spec: ShardSpec): string | undefined {
  return spec.backupRepository?.s3 ? undefined : names.repositoryClaim(shardIdentity(spec));
}

/**
 * The volume that all poolers of the shard share: none of them starts without it. It has no owner, because data can't
 * be used without its backups: it outlives the Shard as the pods' own volumes do. Under whenDeleted: Delete it goes with the
 * cluster.
 */
export function repositoryClaim({ metadata, spec }: Shard): V1PersistentVolumeClaim | undefined {
  const name = repositoryClaimName(spec);
  if (name === undefined) return undefined;
  const { resources, ...template } = spec.backupRepository?.volumeClaimTemplate ?? {};
  const claim = volumeClaim(name, shardLabels(shardIdentity(spec), components.shardPool), {
    accessModes: ["ReadWriteMany"],
    ...template,
    resources: { ...resources, requests: { storage: defaultStorage, ...resources?.requests } },
  });
  const goes = spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete";
  const owners = goes ? { ownerReferences: [clusterOwner(spec.cluster)] } : {};
  return { ...claim, metadata: { ...claim.metadata, namespace: metadata.namespace, ...owners } };
}
