import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { type TableGroup, tableGroup as schema } from "@multigres/api-types";
import { clusterOwner, type DesiredObject, isOwnedBy, volumesChangeOwner } from "@multigres/controller-kit";
import type { ResolvedCluster } from "../resolve.ts";
import { claimsOf } from "./claims.ts";

/**
 * Takes volumes from the cluster that no shard-controller looks after any more, because their TableGroup is gone, and that stay.
 * One that a Shard gave to the cluster as its last act, under a policy that was taken back by then, would go with it.
 */
export function release(
  tableGroups: readonly TableGroup[],
  cluster: ResolvedCluster,
  claims: readonly V1PersistentVolumeClaim[],
): DesiredObject[] {
  if (cluster.persistentVolumeClaimRetentionPolicy.whenDeleted === "Delete") return [];
  const owner = clusterOwner(cluster.reference);
  const given = claims.filter((claim) => isOwnedBy(claim, owner) && claim.metadata?.deletionTimestamp === undefined);
  // As nearly always: then no TableGroup need be parsed for it.
  if (given.length === 0) return [];
  // Nobody knows which ones are its own: they would be given and taken in turns.
  if (tableGroups.some((tableGroup) => !schema.safeParse(tableGroup).success)) return [];
  const lookedAfter = new Set(tableGroups.flatMap((tableGroup) => claimsOf(tableGroup, given)));
  const staying = given.filter((claim) => !lookedAfter.has(claim));
  return volumesChangeOwner(staying, owner, undefined);
}
