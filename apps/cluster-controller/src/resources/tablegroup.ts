import { apiVersion, type ResolvedPool, type TableGroup } from "@multigres/api-types";
import { defaultTableGroup, ownedMetadata, tableGroupLabels } from "@multigres/workload-kit";
import type { ResolvedCluster, ResolvedDatabase } from "../resolve.ts";
import { cellPlacements } from "./cell-placement.ts";
import { imagePull } from "./image-pull.ts";
import { multiadminAddress } from "./multiadmin.ts";

/** Multigres runs one shard per database today. */
export const shardsPerTableGroup = 1;

export function tableGroup(
  cluster: ResolvedCluster,
  database: ResolvedDatabase,
  pools: readonly ResolvedPool[],
): TableGroup {
  const { owner, images } = cluster;
  return {
    apiVersion,
    kind: "TableGroup",
    metadata: ownedMetadata(
      owner,
      database.tableGroupName,
      tableGroupLabels(owner.metadata.name, database.name, defaultTableGroup),
    ),
    spec: {
      cluster: cluster.reference,
      database: database.name,
      tableGroup: defaultTableGroup,
      images: {
        ...imagePull(cluster),
        multipooler: images.multipooler,
        postgres: images.postgres,
        pgctld: images.pgctld,
      },
      cells: cellPlacements(cluster, pools, database.existing),
      globalTopoServer: cluster.topology,
      multiadmin: { address: multiadminAddress(owner.metadata.name, owner.metadata.namespace) },
      durabilityPolicy: database.durabilityPolicy,
      postgresPasswordSecretRef: cluster.postgresPasswordSecretRef,
      ...(cluster.backupRepository ? { backupRepository: cluster.backupRepository } : {}),
      persistentVolumeClaimRetentionPolicy: cluster.persistentVolumeClaimRetentionPolicy,
      partitioning: { shards: shardsPerTableGroup },
      shardTemplate: { pools: [...pools] },
    },
  };
}

/** The pools of a live TableGroup, which may be malformed. */
export function poolsOf({ spec }: TableGroup): readonly ResolvedPool[] {
  const pools: unknown = spec?.shardTemplate?.pools;
  return Array.isArray(pools) ? pools.filter(isPool) : [];
}

function isPool(value: Partial<ResolvedPool> | null): value is ResolvedPool {
  return typeof value?.cell === "string" && typeof value.replicas === "number";
}
