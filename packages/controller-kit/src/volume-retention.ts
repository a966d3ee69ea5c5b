import { apiVersion, type ClusterReference, type OwnerReference } from "@multigres/api-types";
import { patched } from "./desired-object.ts";
import { kinds } from "./kinds.ts";
import type { DesiredObject } from "./plan.ts";
import type { KubernetesObject } from "./resource.ts";

/**
 * Makes volumes go with their cluster, or stay. They get the MultigresCluster itself as owner, which only a user deletes: a
 * child that is deleted by hand takes no volume along, and an orphaning deletion of the cluster leaves them.
 * @param claims as a cache shows them, with their ownerReferences
 */
export function volumesGoWithCluster(
  claims: readonly KubernetesObject[],
  cluster: ClusterReference,
  go: boolean,
): DesiredObject[] {
  const { uid } = cluster;
  const owner = clusterOwner(cluster);
  return claims
    .filter(({ metadata }) => go !== (metadata?.ownerReferences?.some((other) => other.uid === uid) ?? false))
    .map(({ metadata }) => {
      const others = (metadata?.ownerReferences ?? []).filter((other) => other.uid !== uid);
      return patched(kinds.PersistentVolumeClaim, {
        metadata: {
          namespace: metadata?.namespace,
          name: metadata?.name,
          uid: metadata?.uid,
          ownerReferences: go ? [...others, owner] : others,
        },
      });
    });
}

/** For a volume that goes with its cluster from the beginning. Made again while the cluster goes, it goes, too. */
export function clusterOwner({ name, uid }: ClusterReference): OwnerReference {
  return { apiVersion, kind: kinds.MultigresCluster.kind, name, uid };
}
