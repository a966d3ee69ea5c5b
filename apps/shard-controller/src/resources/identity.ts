import type { ResolvedPool, ShardSpec } from "@multigres/api-types";
import type { PoolIdentity, ShardIdentity } from "@multigres/workload-kit";

export function shardIdentity({ cluster, database, tableGroup, shard }: ShardSpec): ShardIdentity {
  return { cluster: cluster.name, database, tableGroup, shard };
}

export function poolIdentity(spec: ShardSpec, { type, cell }: Pick<ResolvedPool, "type" | "cell">): PoolIdentity {
  return { ...shardIdentity(spec), type, cell };
}
