import type { TableGroup } from "@multigres/api-types";
import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { joinMessages } from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import { poolsOf } from "../resources/tablegroup.ts";
import { dataClaim } from "./claims.ts";

/**
 * What becomes of the PersistentVolumeClaims of a child that is deleted; undefined for what has none.
 * @param go whether those of a database go, too
 */
export function volumesFate(kind: ResourceKind, object: KubernetesObject, go: boolean): string | undefined {
  switch (kind.kind) {
    case kinds.TopoServer.kind:
    case kinds.Cell.kind:
      return "Its PersistentVolumeClaims stay.";
    case kinds.TableGroup.kind:
      return fateOfTableGroup(object as TableGroup, go);
    default:
      return undefined;
  }
}

/** By name, so that a person finds them: an Event has room for 1024 characters. */
function fateOfTableGroup(tableGroup: TableGroup, go: boolean): string {
  const fate = go ? "go, too, as persistentVolumeClaimRetentionPolicy says" : "stay";
  const claims = claimNames(tableGroup);
  return claims.length === 0
    ? `Its PersistentVolumeClaims ${fate}.`
    : `Its PersistentVolumeClaims ${fate}: ${joinMessages(claims, 800)}`;
}

function claimNames(tableGroup: TableGroup): string[] {
  const { spec } = tableGroup;
  const pools = poolsOf(tableGroup).filter(({ replicas }) => replicas > 0);
  // It may be malformed.
  if (pools.length === 0 || spec.cluster?.name === undefined || spec.database === undefined) return [];
  const shard = { cluster: spec.cluster.name, database: spec.database, tableGroup: spec.tableGroup, shard: 0 };
  const data = pools.map(({ type, cell, replicas }) => {
    const first = dataClaim({ ...shard, type, cell }, 0);
    return replicas === 1 ? first : `${first} to -${replicas - 1}`;
  });
  return spec.backupRepository?.s3 ? data : [...data, names.repositoryClaim(shard)];
}
