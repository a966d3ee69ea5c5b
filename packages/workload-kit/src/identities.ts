import { foldDatabase, identityHash, type PoolIdentity, readable, type ShardIdentity } from "./names.ts";

/** Multigres runs exactly this shard today; a pooler exits at start with any other (data-plane contract, 0.1). */
export const keyRange = "0-inf";

/** The table group that a database has without being told. */
export const defaultTableGroup = "default";

/**
 * Multigres service id of a pooler, with `$(POD_INDEX)` left for the kubelet to expand. At most 32 bytes once
 * expanded, without `_`, unique per cell over all databases, and independent of the StatefulSet's name.
 */
export function poolerServiceId(pool: PoolIdentity): string {
  return `${poolerServiceIdPrefix(pool)}-$(POD_INDEX)`;
}

/** The service id of the pod with this ordinal, as the topology's records carry it. */
export function poolerServiceIdOf(pool: PoolIdentity, ordinal: number): string {
  return `${poolerServiceIdPrefix(pool)}-${ordinal}`;
}

function poolerServiceIdPrefix(pool: PoolIdentity): string {
  const hash = identityHash(pool.database, pool.tableGroup, pool.shard, pool.type, pool.cell);
  return `${readable([foldDatabase(pool.database), pool.type.toLowerCase()], 20)}-${hash}`;
}

/** Multigres service id of an orchestrator: the first to bootstrap a shard writes it into the topology for good. */
export const orchestratorServiceId = "orch-$(POD_INDEX)";

/** Where the volume with the backups is mounted in a pool's pods. */
export const repositoryMountPath = "/backups";

/** Path of a shard's backup repository below the repository's mount point or S3 prefix; never shared by two shards. */
export function repositoryPath(namespace: string, shard: ShardIdentity): string {
  const range = shard.shard === 0 ? keyRange : `shard-${shard.shard}`;
  return `${namespace}/${shard.cluster}/${shard.database}/${shard.tableGroup}/${range}`;
}
