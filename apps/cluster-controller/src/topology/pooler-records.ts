import type { PoolType } from "@multigres/api-types";
import type { PoolerRecord, TopologyOwner } from "@multigres/topology";
import { defaultTableGroup, keyRange, names, type PoolIdentity, poolerServiceIdOf } from "@multigres/workload-kit";
import type { Observed } from "../observe.ts";
import { poolsOfDatabase, type ResolvedCluster } from "../resolve.ts";
import { podNames } from "./pool-pods.ts";

const poolTypes: readonly PoolType[] = ["replica", "readOnly"];

/** Names of the pool pods of a cell that are wanted or that still exist; sorted. */
export function keptPods(cluster: ResolvedCluster, cell: string, { poolPods }: Pick<Observed, "poolPods">): string[] {
  const wanted = cluster.databases.flatMap((database) =>
    (poolsOfDatabase(database) ?? [])
      .filter((pool) => pool.cell === cell)
      .flatMap(({ type, replicas }) => {
        const pool = poolIdentity(cluster.reference.name, database.name, type, cell);
        return Array.from({ length: replicas }, (_, ordinal) => names.poolPod(pool, ordinal));
      }),
  );
  return [...new Set([...wanted, ...podNames(poolPods)])].sort();
}

/**
 * Whether a record is of a pod that we made and that is gone for good. A pooler that isn't ours beyond doubt, by service
 * id and by host, may run somewhere.
 */
export function isGoneForGood(
  { id, shardKey, hostname }: PoolerRecord,
  { namespace, name: cluster }: TopologyOwner,
  kept: ReadonlySet<string>,
): boolean {
  const { database, tableGroup, shard } = shardKey;
  const ordinal = Number(/-(\d{1,4})$/.exec(id.name)?.[1]);
  if (tableGroup !== defaultTableGroup || shard !== keyRange || Number.isNaN(ordinal)) return false;
  return poolTypes.some((type) => {
    const pool = poolIdentity(cluster, database, type, id.cell);
    const pod = names.poolPod(pool, ordinal);
    return id.name === poolerServiceIdOf(pool, ordinal) && hostname === `${pod}.${namespace}.svc` && !kept.has(pod);
  });
}

function poolIdentity(cluster: string, database: string, type: string, cell: string): PoolIdentity {
  return { cluster, database, tableGroup: defaultTableGroup, shard: 0, type, cell };
}
