import type { ConditionStatus, Shard, TableGroup, TableGroupStatus } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import { allOf, baseStatus, childHealth, mergeGrowthFailures, messages, summaryOfParts } from "@multigres/status-kit";

export interface TableGroupFacts {
  readonly tableGroup: TableGroup;
  readonly wantedNames: readonly string[];
  /** The Shards that the TableGroup controls. */
  readonly shards: readonly Shard[];
  readonly failures: readonly WriteFailure[];
}

export function tableGroupStatus(
  { tableGroup, wantedNames, shards, failures }: TableGroupFacts,
  now: Date,
): TableGroupStatus {
  const { partitioning, shardTemplate } = tableGroup.spec;
  const expected = wantedNames.map((name) => {
    const shard = shards.find(({ metadata }) => metadata.name === name);
    const health = childHealth({ kind: "Shard", name }, shard);
    // A status that speaks of an older spec counts for nothing.
    return { health, status: health.observed ? shard?.status : undefined };
  });
  const observed = expected.map(({ status }) => status);
  const parts = expected.map(({ health }) => health);
  const sum = (count: "readyPods" | "updatedPods") =>
    observed.reduce((total, status) => total + (status?.[count] ?? 0), 0);
  const surplus = shards.map(({ metadata }) => metadata.name).filter((name) => !wantedNames.includes(name));
  const summary = summaryOfParts(parts, {
    healthy: messages.shardsHealthy,
    removing: surplus.map((name) => `Shard ${name} is no longer wanted`),
  });
  return {
    ...baseStatus(tableGroup, { summary, failures }, now),
    shards: partitioning.shards,
    readyShards: parts.filter(({ available }) => available === "True").length,
    totalPods: partitioning.shards * shardTemplate.pools.reduce((total, pool) => total + pool.replicas, 0),
    readyPods: sum("readyPods"),
    updatedPods: sum("updatedPods"),
    servingWrites: allOf(observed.map((status): ConditionStatus => status?.servingWrites ?? "Unknown")),
    // By pool, which all Shards have alike.
    ...mergeGrowthFailures(observed.map((status) => status?.storageGrowthFailures)),
  };
}
