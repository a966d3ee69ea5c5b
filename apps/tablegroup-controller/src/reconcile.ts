import type { Shard, TableGroup, TableGroupStatus } from "@multigres/api-types";
import { child, deletionOf, kinds, type Plan, surplusOf } from "@multigres/controller-kit";
import type { ObservedTableGroup } from "./observe.ts";
import { shard } from "./resources/shard.ts";
import { tableGroupStatus } from "./status.ts";

export function reconcile(
  { tableGroup, shards }: ObservedTableGroup,
  { now }: { readonly now: Date },
): Plan<TableGroupStatus> {
  const wanted = wantedShards(tableGroup);
  const wantedNames = wanted.map(({ metadata }) => metadata.name);
  const objects = wanted.map((desired) => child(kinds.Shard, desired));
  return {
    objects,
    deletions: surplusOf(kinds.Shard, shards, objects).map((surplus) =>
      deletionOf(kinds.Shard, surplus, "partitioning.shards asks for fewer. Its PersistentVolumeClaims stay."),
    ),
    events: [],
    status: (failures) => tableGroupStatus({ tableGroup, wantedNames, shards, failures }, now),
  };
}

function wantedShards(tableGroup: TableGroup): Shard[] {
  return Array.from({ length: tableGroup.spec.partitioning.shards }, (_, index) => shard(tableGroup, index));
}
