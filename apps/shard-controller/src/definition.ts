import type { Shard, ShardStatus } from "@multigres/api-types";
import { type ControllerDefinition, kinds } from "@multigres/controller-kit";
import { malformedStatus } from "@multigres/status-kit";
import { type ObservedShard, observe } from "./observe.ts";
import { parse } from "./parse.ts";
import { reconcile } from "./reconcile.ts";
import type { Settings } from "./settings.ts";
import { primaryIndexes, watches } from "./watches.ts";

export const shardController: ControllerDefinition<Shard, ObservedShard, ShardStatus, Settings> = {
  name: "shard-controller",
  primary: kinds.Shard,
  primaryIndexes,
  watches,
  parse,
  malformed: (shard, message, { now }) => ({ ...malformedStatus(shard, message, now), servingWrites: "Unknown" }),
  observe,
  reconcile,
};
