import { apiVersion, type Shard, type TableGroup } from "@multigres/api-types";
import { names, ownedMetadata, type ShardIdentity, shardLabels } from "@multigres/workload-kit";

/** One Shard of the TableGroup. Whatever the context of a shard consists of is handed down as it stands. */
export function shard(tableGroup: TableGroup, index: number): Shard {
  const { partitioning: _partitioning, shardTemplate, ...context } = tableGroup.spec;
  const spec = { ...context, shard: index, pools: shardTemplate.pools };
  return {
    apiVersion,
    kind: "Shard",
    metadata: ownedMetadata(tableGroup, names.shard(tableGroup.metadata.name, index), shardLabels(identityOf(spec))),
    spec,
  };
}

function identityOf({ cluster, database, tableGroup, shard }: Shard["spec"]): ShardIdentity {
  return { cluster: cluster.name, database, tableGroup, shard };
}
