import type { Shard, TableGroup } from "@multigres/api-types";
import { kinds, type Stores } from "@multigres/controller-kit";

export interface ObservedTableGroup {
  readonly tableGroup: TableGroup;
  /** The Shards that the TableGroup controls, whether or not they are still wanted. */
  readonly shards: readonly Shard[];
}

export function observe(tableGroup: TableGroup, stores: Stores): ObservedTableGroup {
  const { namespace, uid = "" } = tableGroup.metadata;
  const controlled = stores.of(kinds.Shard).byIndex("controller", uid);
  return { tableGroup, shards: controlled.filter((shard) => shard.metadata.namespace === namespace) };
}
