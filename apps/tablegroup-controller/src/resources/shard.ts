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

/** A Shard that an orphaning delete left behind is ours if its spec says that it is the same shard. */
export function isSameShard(desired: Shard, live: Shard): boolean {
  const wanted = identityOf(desired.spec);
  const actual = identityOf(live.spec);
  return (
    actual.cluster === wanted.cluster &&
    actual.database === wanted.database &&
    actual.tableGroup === wanted.tableGroup &&
    actual.shard === wanted.shard &&
    Object.entries(shardLabels(wanted)).every(([label, value]) => live.metadata.labels?.[label] === value)
  );
}

function identityOf({ cluster, database, tableGroup, shard }: Shard["spec"]): ShardIdentity {
  return { cluster: cluster.name, database, tableGroup, shard };
}
