import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { TableGroup } from "@multigres/api-types";
import {
  child,
  clusterOwner,
  type DesiredObject,
  isConfirmed,
  isOwnedBy,
  kinds,
  tableGroupOwner,
  volumesChangeOwner,
} from "@multigres/controller-kit";
import type { ResolvedCluster } from "../resolve.ts";
import { claimsOf } from "./claims.ts";

/**
 * Who owns the volumes of a database. While the user wants it, the MultigresCluster does under whenDeleted: Delete, else nobody
 * (shard-controller sees to that). When the user removes it under Delete, they are handed over to its TableGroup before that is
 * deleted, and the garbage collector takes them with it.
 */
export interface Handover {
  /** Whether the volumes go with the TableGroup. */
  readonly go: boolean;
  readonly objects: readonly DesiredObject[];
  /** Claims that aren't yet as they must be when the TableGroup is deleted. */
  readonly pending: readonly string[];
}

export function handover(
  tableGroup: TableGroup,
  {
    isWanted,
    cluster,
    claims,
  }: {
    readonly isWanted: boolean;
    readonly cluster: ResolvedCluster;
    /** All of the cluster. */
    readonly claims: readonly V1PersistentVolumeClaim[];
  },
): Handover {
  const [ofCluster, ofTableGroup] = [clusterOwner(cluster.reference), tableGroupOwner(tableGroup)];
  const staying = claims.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  const own = claimsOf(tableGroup, staying);
  const handed = staying.filter((claim) => isOwnedBy(claim, ofTableGroup));
  const go = !isWanted && takesVolumesAlong(tableGroup, cluster);
  const missing = own.filter((claim) => !isOwnedBy(claim, ofTableGroup) || isOwnedBy(claim, ofCluster));

  // What the garbage collector has begun isn't joined, or some volumes of a database would go and others stay.
  if (tableGroup.metadata.deletionTimestamp !== undefined) {
    return { go: go && missing.length === 0, objects: [], pending: [] };
  }
  // One without owner is about to get the cluster from shard-controller: two who write at once would undo each other's work.
  if (go) return { go, objects: volumesChangeOwner(own, ofCluster, ofTableGroup), pending: namesOf(missing) };

  const { whenDeleted } = cluster.persistentVolumeClaimRetentionPolicy;
  const returned = volumesChangeOwner(handed, ofTableGroup, whenDeleted === "Delete" ? ofCluster : undefined);
  if (isWanted || whenDeleted === "Delete" || !isRemoved(tableGroup, cluster) || !isConfirmed(tableGroup)) {
    return { go, objects: returned, pending: namesOf(handed) };
  }
  const pending = namesOf([...new Set([...handed, ...own.filter((claim) => isOwnedBy(claim, ofCluster))])]);
  const objects = pending.length === 0 ? [] : [...returned, ...policyHandedDown(tableGroup, cluster)];
  return { go, objects, pending };
}

/** Only what was in force while the database was wanted, and still is, is surely the user's word for its removal. */
function takesVolumesAlong(tableGroup: TableGroup, cluster: ResolvedCluster): boolean {
  return (
    cluster.persistentVolumeClaimRetentionPolicy.whenDeleted === "Delete" &&
    tableGroup.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete" &&
    isRemoved(tableGroup, cluster) &&
    isConfirmed(tableGroup)
  );
}

/** A second TableGroup of a database isn't wanted either, but the volumes are. */
function isRemoved({ spec }: TableGroup, { databases }: ResolvedCluster): boolean {
  return !databases.some(({ name }) => name === spec?.database);
}

/** Retain came with the removal: shard-controller must know before it is gone, or the volumes would go with the cluster. */
function policyHandedDown(tableGroup: TableGroup, cluster: ResolvedCluster): DesiredObject[] {
  const { persistentVolumeClaimRetentionPolicy } = cluster;
  const { apiVersion, kind, metadata, spec } = tableGroup;
  const { namespace, name, labels, ownerReferences } = metadata;
  if (spec.persistentVolumeClaimRetentionPolicy?.whenDeleted !== "Delete") return [];
  return [
    child(kinds.TableGroup, {
      apiVersion,
      kind,
      metadata: { namespace, name, labels, ownerReferences },
      spec: { ...spec, persistentVolumeClaimRetentionPolicy },
    }),
  ];
}

function namesOf(claims: readonly V1PersistentVolumeClaim[]): string[] {
  return claims.map(({ metadata }) => metadata?.name ?? "").sort();
}
