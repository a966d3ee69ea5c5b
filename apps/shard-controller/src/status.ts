import type { Shard, ShardStatus } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import {
  type ConditionDraft,
  conditionTypes,
  joinMessages,
  messages,
  nameConflicts,
  reasons,
  type Summary,
  setConditions,
  summarize,
  withFailures,
} from "@multigres/status-kit";
import type { PoolHealth } from "./pool-health.ts";
import { countedPods, neededPods, type PodsInCell, reachesQuorum } from "./quorum.ts";
import type { DataVolume } from "./resources/data-volume.ts";

export interface PoolFacts {
  readonly health: PoolHealth;
  readonly volume: DataVolume;
}

export interface ShardFacts {
  readonly shard: Shard;
  readonly pools: readonly PoolFacts[];
  /** Names of StatefulSets whose pool is no longer in the spec. */
  readonly surplusStatefulSets: readonly string[];
}

export function shardStatus(facts: ShardFacts, failures: readonly WriteFailure[], now: Date): ShardStatus {
  const { shard, pools } = facts;
  const generation = shard.metadata.generation ?? 0;
  const drafts = [
    ...summarize(withFailures(summaryOf(facts), failures)),
    ...nameConflicts(failures),
    primaryElected,
    ...readOnlyPoolsElectable(shard),
  ];
  return {
    observedGeneration: generation,
    ...countsOf(pools),
    servingWrites: "Unknown",
    pools: pools.map(({ health }) => health.status),
    ...storageGrowthFailures(pools),
    conditions: setConditions(shard.status?.conditions, drafts, { generation, now }),
  };
}

/** For a Shard that can't be read: nothing is known of its pods, which stay as they are. */
export function malformedStatus(shard: Shard, message: string, now: Date): ShardStatus {
  const generation = shard.metadata.generation ?? 0;
  const stalled = { reason: reasons.invalidObject, message };
  const summary: Summary = {
    available: { status: "Unknown", ...stalled },
    progressing: { status: "True", ...stalled },
    stalled,
  };
  return {
    observedGeneration: generation,
    servingWrites: "Unknown",
    conditions: setConditions(shard.status?.conditions, summarize(summary), { generation, now }),
  };
}

function countsOf(pools: readonly PoolFacts[]): { totalPods: number; readyPods: number; updatedPods: number } {
  const sum = (count: "totalPods" | "readyPods" | "updatedPods") =>
    pools.reduce((total, { health }) => total + health.status[count], 0);
  return { totalPods: sum("totalPods"), readyPods: sum("readyPods"), updatedPods: sum("updatedPods") };
}

/** What admission needs to know in order to let the user go back to the size that his volumes have. */
function storageGrowthFailures(pools: readonly PoolFacts[]): Pick<ShardStatus, "storageGrowthFailures"> {
  const failures = pools.flatMap(({ health: { status }, volume }) =>
    volume.storage === undefined ? [] : [[`${status.type}/${status.cell}`, volume.storage] as const],
  );
  return failures.length === 0 ? {} : { storageGrowthFailures: Object.fromEntries(failures) };
}

function summaryOf(facts: ShardFacts): Summary {
  const volumes = volumesNotApplied(facts);
  const stalls = [...unreachableQuorum(facts), ...volumes, ...(volumes.length > 0 ? [volumesRemedy] : [])];
  return {
    available: available(facts),
    progressing: progressing(facts),
    stalled: stalls[0] && {
      reason: stalls[0].reason,
      message: joinMessages(stalls.map(({ message }) => message)),
    },
  };
}

interface Stall {
  readonly reason: string;
  readonly message: string;
}

function available(facts: ShardFacts): Summary["available"] {
  const { shard, pools } = facts;
  const { durabilityPolicy } = shard.spec;
  const [stall] = unreachableQuorum(facts);
  if (stall) return { status: "False", ...stall };
  const { totalPods, readyPods } = countsOf(pools);
  const ready = podsInCells(pools, "readyPods");
  const count = `${readyPods} of ${totalPods} pods are ready, durability policy ${durabilityPolicy} needs ${neededPods(durabilityPolicy)}`;
  if (!reachesQuorum(durabilityPolicy, ready)) {
    const details = pools.flatMap(({ health }) => health.messages);
    return { status: "False", reason: reasons.belowQuorum, message: joinMessages([count, ...details]) };
  }
  const message = readyPods === totalPods ? messages.shardHealthy : count;
  return { status: "True", reason: reasons.quorumReached, message };
}

function progressing(facts: ShardFacts): Summary["progressing"] {
  const { pools, surplusStatefulSets } = facts;
  const behind = pools.map(({ health }) => health).filter((health) => health.progressing);
  const volumes = volumesNotApplied(facts);
  const troubles = behind.flatMap(({ trouble }) => trouble ?? []);
  const reason =
    troubles[0]?.reason ??
    behind[0]?.reason ??
    volumes[0]?.reason ??
    (surplusStatefulSets.length > 0 ? reasons.removing : undefined);
  if (reason === undefined) return { status: "False", reason: reasons.converged, message: messages.converged };
  return {
    status: "True",
    reason,
    message: joinMessages([
      ...troubles.map(({ message }) => message),
      outdatedPods(facts),
      ...behind.flatMap((health) => health.messages.filter((message) => message !== health.trouble?.message)),
      ...volumes.map(({ message }) => message),
      ...surplusStatefulSets.map((name) => `StatefulSet ${name} of a removed pool is being deleted`),
    ]),
  };
}

function outdatedPods({ pools }: ShardFacts): string | undefined {
  const outdated = pools.reduce((sum, { health }) => sum + health.outdatedPods, 0);
  if (outdated === 0) return undefined;
  const { totalPods } = countsOf(pools);
  return `${outdated} of ${totalPods} pods run an older template; pod replacement isn't automatic yet, a pod gets the newest one when it is deleted`;
}

function unreachableQuorum({ shard, pools }: ShardFacts): Stall[] {
  const { durabilityPolicy: policy, database } = shard.spec;
  const wanted = podsInCells(pools, "totalPods");
  if (reachesQuorum(policy, wanted)) return [];
  const remedy =
    policy === "AT_LEAST_2"
      ? `raise the replicas of a pool of database ${database}`
      : `give database ${database} a pool with replicas in another cell, or durabilityPolicy AT_LEAST_2`;
  const isEmpty = wanted.every(({ pods }) => pods === 0);
  return [
    {
      reason: isEmpty ? reasons.noPodsWanted : reasons.quorumUnreachable,
      message: `Durability policy ${policy} needs ${neededPods(policy)}, the pools ask for ${countedPods(policy, wanted)}: ${remedy}`,
    },
  ];
}

function volumesNotApplied({ pools }: ShardFacts): Stall[] {
  return pools.flatMap(({ health, volume: { notApplied } }) =>
    notApplied === undefined
      ? []
      : {
          reason: reasons.storageNotApplied,
          message: `StatefulSet ${health.status.statefulSetName} keeps the volumes that it was made with: ${notApplied}`,
        },
  );
}

const volumesRemedy: Stall = {
  reason: reasons.storageNotApplied,
  message: "existing volumes can't be changed yet, set dataVolumeClaimTemplate back",
};

function podsInCells(pools: readonly PoolFacts[], count: "totalPods" | "readyPods"): PodsInCell[] {
  return pools.map(({ health: { status } }) => ({ cell: status.cell, pods: status[count] }));
}

const primaryElected: ConditionDraft = {
  type: conditionTypes.primaryElected,
  status: "Unknown",
  reason: reasons.primaryUnknown,
  message: "The primary isn't read from the data plane yet",
};

function readOnlyPoolsElectable({ spec }: Shard): ConditionDraft[] {
  if (!spec.pools.some(({ type }) => type === "readOnly")) return [];
  return [
    {
      type: conditionTypes.readOnlyPoolsElectable,
      status: "True",
      reason: reasons.electableReadOnlyPools,
      message:
        "Multigres has no read-only poolers: pods of pools of type readOnly are ordinary ones, which count in the quorum and can be elected primary",
    },
  ];
}
