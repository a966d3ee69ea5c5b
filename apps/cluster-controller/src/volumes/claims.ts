import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { labels, type TableGroup, tableGroup as schema } from "@multigres/api-types";
import { components, names, type PoolIdentity, type ShardIdentity, shardLabels } from "@multigres/workload-kit";

/** The claim of a pool's pod. */
export function dataClaim(pool: PoolIdentity, ordinal: number): string {
  return names.dataClaim(names.poolPod(pool, ordinal));
}

/**
 * The claims that the shards of a TableGroup use or have used: data and backups. Labels can be borrowed, so the names must be
 * theirs, too. A TableGroup that can't be read has none.
 */
export function claimsOf(
  tableGroup: TableGroup,
  claims: readonly V1PersistentVolumeClaim[],
): readonly V1PersistentVolumeClaim[] {
  if (!schema.safeParse(tableGroup).success) return [];
  const { metadata, spec } = tableGroup;
  const shards = Array.from({ length: spec.partitioning.shards }, (_, shard) => ({
    cluster: spec.cluster.name,
    database: spec.database,
    tableGroup: spec.tableGroup,
    shard,
  }));
  return claims.filter(
    (claim) =>
      claim.metadata?.namespace === metadata.namespace && shards.some((shard) => belongsTo(shard, claim.metadata)),
  );
}

function belongsTo(shard: ShardIdentity, { name = "", labels: own = {} }: V1PersistentVolumeClaim["metadata"] = {}) {
  const identity = Object.entries(shardLabels(shard, components.shardPool));
  if (!identity.every(([label, value]) => own[label] === value)) return false;
  if (name === names.repositoryClaim(shard)) return true;
  const { [labels.poolType]: type, [labels.cell]: cell } = own;
  const ordinal = /-(\d{1,4})$/.exec(name)?.[1];
  if (type === undefined || cell === undefined || ordinal === undefined) return false;
  return name === dataClaim({ ...shard, type, cell }, Number(ordinal));
}
