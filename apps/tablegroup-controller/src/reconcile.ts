import type { Shard, TableGroup, TableGroupStatus } from "@multigres/api-types";
import { type DesiredObject, type EventDraft, kinds, type Plan } from "@multigres/controller-kit";
import { reasons } from "@multigres/status-kit";
import type { ObservedTableGroup } from "./observe.ts";
import { isSameShard, shard } from "./resources/shard.ts";
import { tableGroupStatus } from "./status.ts";

export function reconcile(
  { tableGroup, shards }: ObservedTableGroup,
  { now }: { readonly now: Date },
): Plan<TableGroupStatus> {
  const wanted = wantedShards(tableGroup);
  const wantedNames = wanted.map(({ metadata }) => metadata.name);
  // By name, not by spec.shard: that can be edited, and an edited Shard is put right, not deleted.
  const surplus = shards.filter(({ metadata }) => !wantedNames.includes(metadata.name));
  return {
    objects: wanted.map(exactChild),
    deletions: surplus.map(({ metadata: { namespace, name, uid = "" } }) => ({
      kind: kinds.Shard,
      namespace,
      name,
      uid,
    })),
    events: surplus.map(({ metadata }) => removal(metadata.name)),
    status: (failures) => tableGroupStatus({ tableGroup, wantedNames, shards }, failures, now),
  };
}

function wantedShards(tableGroup: TableGroup): Shard[] {
  return Array.from({ length: tableGroup.spec.partitioning.shards }, (_, index) => shard(tableGroup, index));
}

function exactChild(desired: Shard): DesiredObject {
  return {
    write: "exact",
    kind: kinds.Shard,
    object: desired,
    isOurs: (live) => isSameShard(desired, live as Shard),
  };
}

function removal(name: string): EventDraft {
  return {
    type: "Normal",
    reason: reasons.removing,
    action: "Delete",
    note: `Deleting Shard ${name}: partitioning.shards asks for fewer. Its PersistentVolumeClaims stay.`,
  };
}
