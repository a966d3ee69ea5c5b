import type { Shard } from "@multigres/api-types";
import { keyRange } from "@multigres/workload-kit";
import type { PoolerRecord } from "./list-poolers.ts";

/** A shard as Multigres names it. */
export interface MultigresShard {
  readonly database: string;
  readonly tableGroup: string;
  /** The key range, such as `0-inf`. */
  readonly shard: string;
}

/** A shard, and whom to ask of it. */
export interface ShardInput extends MultigresShard {
  /** `http://host:port` of multiadmin. */
  readonly address: string;
}

/** A table group's other shards have the same range today; pods tell them apart. */
export function shardInput({ spec }: Pick<Shard, "spec">): ShardInput {
  const { multiadmin, database, tableGroup } = spec;
  return { address: multiadmin.address, database, tableGroup, shard: keyRange };
}

export function isOfShard(record: PoolerRecord, { database, tableGroup, shard }: MultigresShard): boolean {
  return record.database === database && record.tableGroup === tableGroup && record.shard === shard;
}
