import { apiVersion, type ClusterReference, type OwnerReference } from "@multigres/api-types";
import { patched } from "./desired-object.ts";
import { kinds } from "./kinds.ts";
import type { DesiredObject } from "./plan.ts";
import type { KubernetesObject } from "./resource.ts";

/**
 * Makes volumes go with their cluster, or stay. They get the MultigresCluster itself as owner, which only a user deletes: a
 * child that is deleted by hand takes no volume along, and an orphaning deletion of the cluster leaves them. Those that were
 * given to the TableGroup of a removed database are left to whoever did that.
 * @param claims as a cache shows them, with their ownerReferences
 */
export function volumesGoWithCluster(
  claims: readonly KubernetesObject[],
  cluster: ClusterReference,
  go: boolean,
): DesiredObject[] {
  const owner = clusterOwner(cluster);
  return go
    ? claims
        .filter((claim) => !isOwnedBy(claim, owner) && !goesWithTableGroup(claim))
        .map((claim) => ownersChanged(claim, undefined, owner))
    : volumesChangeOwner(claims, owner, undefined);
}

/**
 * Takes volumes from one owner and gives them to another one, or to nobody, in one write; other owners stay.
 * @param claims as a cache shows them; those that `from` doesn't own are left alone
 */
export function volumesChangeOwner(
  claims: readonly KubernetesObject[],
  from: OwnerReference,
  to: OwnerReference | undefined,
): DesiredObject[] {
  return claims.filter((claim) => isOwnedBy(claim, from)).map((claim) => ownersChanged(claim, from, to));
}

/** For a volume that goes with its cluster from the beginning. Made again while the cluster goes, it goes, too. */
export function clusterOwner({ name, uid }: ClusterReference): OwnerReference {
  return { apiVersion, kind: kinds.MultigresCluster.kind, name, uid };
}

/** For a volume that goes with the TableGroup of a database that the user removed. */
export function tableGroupOwner({ metadata }: KubernetesObject): OwnerReference {
  return { apiVersion, kind: kinds.TableGroup.kind, name: metadata?.name ?? "", uid: metadata?.uid ?? "" };
}

export function isOwnedBy({ metadata }: KubernetesObject, { uid }: Pick<OwnerReference, "uid">): boolean {
  return metadata?.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
}

function goesWithTableGroup({ metadata }: KubernetesObject): boolean {
  return (
    metadata?.ownerReferences?.some(
      (owner) => owner.apiVersion === apiVersion && owner.kind === kinds.TableGroup.kind,
    ) ?? false
  );
}

function ownersChanged(
  { metadata }: KubernetesObject,
  from: OwnerReference | undefined,
  to: OwnerReference | undefined,
): DesiredObject {
  const { namespace, name, uid, ownerReferences = [] } = metadata ?? {};
  const others = ownerReferences.filter((owner) => owner.uid !== from?.uid && owner.uid !== to?.uid);
  return patched(kinds.PersistentVolumeClaim, {
    metadata: { namespace, name, uid, ownerReferences: to === undefined ? others : [...others, to] },
  });
}
