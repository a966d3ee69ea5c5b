import { createHash } from "node:crypto";

/**
 * Every name that the controllers give. Names can't change once a StatefulSet exists, so all of them are here.
 *
 * Where the spec prints a name, it is used literally. Everything else that holds data or a DNS name ends in a hash of
 * its whole identity, so that joining, folding or cutting never makes two of them equal.
 */

/** Longest legal names, in bytes. */
export const limits = {
  /** DNS label: Services, label values, and what becomes a pod's hostname. */
  dnsLabel: 63,
  /** The StatefulSet controller adds `-<10 hash>` in a label value of at most 63. */
  statefulSet: 52,
  portName: 15,
  /** `<cell>_<service id>` becomes Postgres' application_name. */
  applicationName: 63,
  /** CRD rules keep users within these. */
  cluster: 40,
  cell: 30,
  database: 63,
} as const;

/** One shard of one table group of one database. */
export interface ShardIdentity {
  readonly cluster: string;
  /** As the user writes it, for example `production_db`. */
  readonly database: string;
  readonly tableGroup: string;
  readonly shard: number;
}

/** One pool of a shard; `(type, cell)` is unique within it. */
export interface PoolIdentity extends ShardIdentity {
  readonly type: string;
  readonly cell: string;
}

/** First 8 hex digits of SHA-256 over the parts; a separator can't make two tuples equal. */
export function identityHash(...parts: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 8);
}

/**
 * A database's name as a Kubernetes name: lower-case, `_` becomes `-`. Admission refuses two databases of one cluster
 * that fold alike. A leading `_` has no legal counterpart, so such a name gets a prefix and a hash.
 */
export function foldDatabase(database: string): string {
  const folded = database.toLowerCase().replaceAll("_", "-");
  return folded.startsWith("-") ? `x${folded}-${identityHash(database)}` : folded;
}

/**
 * Joins `parts` with `-` within `limit` bytes, shortening the longest part first, so that something of each stays
 * readable. `parts` must be legal in a DNS label; the result is one if the first part starts with a letter.
 */
export function readable(parts: readonly string[], limit: number): string {
  const lengths = parts.map((part) => part.length);
  const total = () => lengths.reduce((sum, length) => sum + length, 0) + parts.length - 1;
  while (total() > limit) {
    const longest = lengths.indexOf(Math.max(...lengths));
    lengths[longest] = (lengths[longest] ?? 1) - 1;
  }
  return parts
    .map((part, index) => part.slice(0, lengths[index]).replace(/-+$/, ""))
    .filter((part) => part !== "")
    .join("-");
}

function hashed(parts: readonly string[], hash: string, limit: number): string {
  return `${readable(parts, limit - hash.length - 1)}-${hash}`;
}

/** `plain` where it fits, else shortened and marked with the hash of the whole. */
function literal(parts: readonly string[], limit: number): string {
  const plain = parts.join("-");
  return plain.length <= limit ? plain : hashed(parts, identityHash(...parts), limit);
}

/** What a StatefulSet calls its pods' data volume. */
export const dataVolumeName = "data";

export const names = {
  // Cluster-wide

  globalTopoServer: (cluster: string): string => `${cluster}-global`,
  multiadmin: (cluster: string): string => `${cluster}-multiadmin`,
  multiorch: (cluster: string): string => `${cluster}-multiorch`,
  /** Secret with the superuser's password, when the user names none. */
  passwordSecret: (cluster: string): string => `${cluster}-postgres`,

  // Topology servers: StatefulSet and PodDisruptionBudget carry the TopoServer's own name

  cellTopoServer: (cluster: string, cell: string): string =>
    hashed([cluster, cell, "topo"], identityHash("toposerver", cluster, cell), limits.statefulSet),
  topoServerClientService: (topoServer: string): string => `${topoServer}-client`,
  topoServerPeerService: (topoServer: string): string => `${topoServer}-peer`,

  // Cells

  cell: (cluster: string, cell: string): string => `${cluster}-${cell}`,
  /** Deployment, Service and PodDisruptionBudget of a cell's gateways. */
  gateway: (cluster: string, cell: string): string => literal([cluster, cell, "gateway"], limits.dnsLabel),

  // Databases

  tableGroup: (database: string, tableGroup: string): string => `${foldDatabase(database)}-${tableGroup}`,
  /** For a TableGroup whose plain name another cluster of the namespace already has. */
  tableGroupFallback: (cluster: string, database: string, tableGroup: string): string =>
    `${cluster}-${foldDatabase(database)}-${tableGroup}-${identityHash(cluster, database, tableGroup)}`,
  shard: (tableGroupName: string, shard: number): string => `${tableGroupName}-${shard}`,

  // Pods of a shard

  /** StatefulSet and headless Service of a pool. */
  pool: (pool: PoolIdentity): string =>
    hashed(
      [pool.cluster, foldDatabase(pool.database), pool.type.toLowerCase(), pool.cell],
      poolHash(pool),
      limits.statefulSet,
    ),
  /** A pod of a pool, and the Service that gives it an address which outlives it. */
  poolPod: (pool: PoolIdentity, ordinal: number): string => `${names.pool(pool)}-${ordinal}`,
  /** PersistentVolumeClaim of the data volume of a StatefulSet's pod: of etcd's members too. Kubernetes makes the name. */
  dataClaim: (pod: string): string => `${dataVolumeName}-${pod}`,
  shardDisruptionBudget: (shard: ShardIdentity): string => shardScoped(shard, "pods"),
  hbaConfigMap: (shard: ShardIdentity): string => shardScoped(shard, "hba"),
  /** PersistentVolumeClaim of the backup repository that all poolers of a shard share. */
  repositoryClaim: (shard: ShardIdentity): string => shardScoped(shard, "repository"),
} as const;

function shardScoped(shard: ShardIdentity, purpose: string): string {
  const { cluster, database, tableGroup } = shard;
  return hashed(
    [cluster, foldDatabase(database), purpose],
    identityHash(purpose, cluster, database, tableGroup, shard.shard),
    limits.dnsLabel,
  );
}

function poolHash(pool: PoolIdentity): string {
  return identityHash(pool.cluster, pool.database, pool.tableGroup, pool.shard, pool.type, pool.cell);
}
