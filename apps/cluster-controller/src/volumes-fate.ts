import type { TableGroup } from "@multigres/api-types";
import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { joinMessages } from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import { poolsOf } from "./resources/tablegroup.ts";

/** What becomes of the PersistentVolumeClaims of a child that is deleted; undefined for what has none. */
export function volumesFate(kind: ResourceKind, object: KubernetesObject): string | undefined {
  switch (kind.kind) {
    case kinds.TopoServer.kind:
    case kinds.Cell.kind:
      return "Its PersistentVolumeClaims stay.";
    case kinds.TableGroup.kind:
      return fateOfTableGroup(object as TableGroup);
    default:
      return undefined;
  }
}

/** By name, so that a person finds them: an Event has room for 1024 characters. */
function fateOfTableGroup(tableGroup: TableGroup): string {
  const { spec } = tableGroup;
  const pools = poolsOf(tableGroup).filter(({ replicas }) => replicas > 0);
  if (spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete") {
    return "Of its PersistentVolumeClaims persistentVolumeClaimRetentionPolicy says: Delete.";
  }
  // It may be malformed.
  if (pools.length === 0 || spec.cluster?.name === undefined || spec.database === undefined)
    return "Its PersistentVolumeClaims stay.";
  const shard = { cluster: spec.cluster.name, database: spec.database, tableGroup: spec.tableGroup, shard: 0 };
  const claims = pools.map(({ type, cell, replicas }) => {
    const first = names.dataClaim(names.poolPod({ ...shard, type, cell }, 0));
    return replicas === 1 ? first : `${first} to -${replicas - 1}`;
  });
  const repository = spec.backupRepository?.s3 ? [] : [names.repositoryClaim(shard)];
  return `Its PersistentVolumeClaims stay: ${joinMessages([...claims, ...repository], 800)}`;
}
