import type { ConditionStatus, Shard, ShardStatus, TableGroup, TableGroupStatus } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import {
  allOf,
  type ChildHealth,
  childHealth,
  conditionTypes,
  findCondition,
  joinMessages,
  messages,
  nameConflicts,
  reasons,
  type Summary,
  setConditions,
  summarize,
  withFailures,
} from "@multigres/status-kit";

export interface TableGroupFacts {
  readonly tableGroup: TableGroup;
  readonly wantedNames: readonly string[];
  /** The Shards that the TableGroup controls. */
  readonly shards: readonly Shard[];
}

/** A Shard that should exist, and what may be concluded from it. */
interface ExpectedShard {
  readonly shard: Shard | undefined;
  readonly health: ChildHealth;
}

export function tableGroupStatus(
  { tableGroup, wantedNames, shards }: TableGroupFacts,
  failures: readonly WriteFailure[],
  now: Date,
): TableGroupStatus {
  const { partitioning, shardTemplate } = tableGroup.spec;
  const expected = wantedNames.map((name): ExpectedShard => {
    const shard = shards.find(({ metadata }) => metadata.name === name);
    return { shard, health: childHealth({ kind: "Shard", name }, shard) };
  });
  // A status that speaks of an older spec counts for nothing.
  const observed = expected.map(({ shard, health }) => (health.observed ? shard?.status : undefined));
  const sum = (count: "readyPods" | "updatedPods") =>
    observed.reduce((total, status) => total + (status?.[count] ?? 0), 0);
  const surplus = shards.map(({ metadata }) => metadata.name).filter((name) => !wantedNames.includes(name));
  const generation = tableGroup.metadata.generation ?? 0;
  return {
    observedGeneration: generation,
    shards: partitioning.shards,
    readyShards: expected.filter(({ health }) => health.available === "True").length,
    totalPods: partitioning.shards * shardTemplate.pools.reduce((total, pool) => total + pool.replicas, 0),
    readyPods: sum("readyPods"),
    updatedPods: sum("updatedPods"),
    servingWrites: allOf(observed.map((status): ConditionStatus => status?.servingWrites ?? "Unknown")),
    ...storageGrowthFailures(observed),
    conditions: setConditions(
      tableGroup.status?.conditions,
      [...summarize(withFailures(summaryOf(expected, surplus), failures)), ...nameConflicts(failures)],
      { generation, now },
    ),
  };
}

/** By pool, which all Shards have alike. */
function storageGrowthFailures(observed: readonly (ShardStatus | undefined)[]): Partial<TableGroupStatus> {
  const failures = Object.assign({}, ...observed.map((status) => status?.storageGrowthFailures)) as NonNullable<
    TableGroupStatus["storageGrowthFailures"]
  >;
  return Object.keys(failures).length === 0 ? {} : { storageGrowthFailures: failures };
}

/** For a TableGroup that can't be read: nothing is known of its Shards, which stay as they are. */
export function malformedStatus(tableGroup: TableGroup, message: string, now: Date): TableGroupStatus {
  const generation = tableGroup.metadata.generation ?? 0;
  const stalled = { reason: reasons.invalidObject, message };
  const summary: Summary = {
    available: { status: "Unknown", ...stalled },
    progressing: { status: "True", ...stalled },
    stalled,
  };
  return {
    observedGeneration: generation,
    conditions: setConditions(tableGroup.status?.conditions, summarize(summary), { generation, now }),
  };
}

function summaryOf(expected: readonly ExpectedShard[], surplus: readonly string[]): Summary {
  const available = allOf(expected.map(({ health }) => health.available));
  const message = joinMessages([
    ...expected.map(({ health }) => health.message),
    ...surplus.map((name) => `Shard ${name} is being deleted`),
  ]);
  const progressing = expected.find(({ health }) => health.progressing);
  const stalled = expected.filter(({ health }) => health.stalled);
  return {
    available:
      available === "True"
        ? { status: "True", reason: reasons.allAvailable, message: messages.shardsHealthy }
        : {
            status: available,
            reason: reasonOf(
              expected.find(({ health }) => health.available !== "True"),
              conditionTypes.available,
              reasons.componentsUnavailable,
            ),
            message,
          },
    progressing:
      progressing || surplus.length > 0
        ? {
            status: "True",
            reason: progressing
              ? reasonOf(progressing, conditionTypes.progressing, reasons.childrenNotObserved)
              : reasons.removing,
            message,
          }
        : { status: "False", reason: reasons.converged, message: messages.converged },
    stalled:
      stalled.length === 0
        ? undefined
        : {
            reason: stalled[0]?.health.stalled?.reason || reasons.componentsUnavailable,
            message: joinMessages(stalled.map(({ health }) => health.stalled?.message)),
          },
  };
}

/** The Shard's own reason, so that what holds up a pod is read at the root too. */
function reasonOf(culprit: ExpectedShard | undefined, type: string, otherwise: string): string {
  if (culprit?.shard === undefined) return reasons.notCreatedYet;
  if (!culprit.health.observed) return reasons.childrenNotObserved;
  return findCondition(culprit.shard.status?.conditions, type)?.reason ?? otherwise;
}
