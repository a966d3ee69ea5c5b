import type { Shard, ShardStatus } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import {
  baseStatus,
  type ConditionDraft,
  conditionTypes,
  joinMessages,
  type KeptVolumes,
  keptVolumesMessage,
  keptVolumesStall,
  messages,
  reasons,
  type Stall,
  stallOf,
  type Summary,
} from "@multigres/status-kit";
import type { KeptVolumeClaim } from "@multigres/workload-kit";
import type { DataPlaneReport } from "./data-plane/report.ts";
import type { PoolHealth } from "./pool-health.ts";
import { countedPods, neededPods, type PodsInCell, reachesQuorum } from "./quorum.ts";

export interface PoolFacts {
  readonly health: PoolHealth;
  readonly claim: KeptVolumeClaim;
}

export interface ShardFacts {
  readonly shard: Shard;
  readonly pools: readonly PoolFacts[];
  readonly dataPlane: DataPlaneReport;
  /** Names of StatefulSets whose pool is no longer in the spec. */
  readonly surplusStatefulSets: readonly string[];
  readonly failures: readonly WriteFailure[];
}

export function shardStatus(facts: ShardFacts, now: Date): ShardStatus {
  const { shard, pools, dataPlane, failures } = facts;
  const { primaryElected, followersLagging } = dataPlane;
  const others = [primaryElected, ...(followersLagging ? [followersLagging] : []), ...readOnlyPoolsElectable(shard)];
  return {
    ...baseStatus(shard, { summary: summaryOf(facts), failures, others }, now),
    ...countsOf(pools),
    ...dataPlane.status,
    pools: pools.map(({ health }) => health.status),
    ...storageGrowthFailures(pools),
  };
}

function countsOf(pools: readonly PoolFacts[]): { totalPods: number; readyPods: number; updatedPods: number } {
  const sum = (count: "totalPods" | "readyPods" | "updatedPods") =>
    pools.reduce((total, { health }) => total + health.status[count], 0);
  return { totalPods: sum("totalPods"), readyPods: sum("readyPods"), updatedPods: sum("updatedPods") };
}

/** What admission needs to know in order to let the user go back to the size that his volumes have. */
function storageGrowthFailures(pools: readonly PoolFacts[]): Pick<ShardStatus, "storageGrowthFailures"> {
  const failures = pools.flatMap(({ health: { status }, claim }) =>
    claim.storage === undefined ? [] : [[`${status.type}/${status.cell}`, claim.storage] as const],
  );
  return failures.length === 0 ? {} : { storageGrowthFailures: Object.fromEntries(failures) };
}

function summaryOf(facts: ShardFacts): Summary {
  const stalls = [unreachableQuorum(facts), keptVolumesStall(keptVolumes(facts))];
  return {
    available: available(facts),
    progressing: progressing(facts),
    stalled: stallOf(stalls.filter((stall) => stall !== undefined)),
  };
}

function available(facts: ShardFacts): Summary["available"] {
  const { shard, pools, dataPlane } = facts;
  const { durabilityPolicy } = shard.spec;
  const stall = unreachableQuorum(facts);
  if (stall) return { status: "False", ...stall };
  const { totalPods, readyPods } = countsOf(pools);
  const ready = podsInCells(pools, "readyPods");
  const count = `${readyPods} of ${totalPods} pods are ready, durability policy ${durabilityPolicy} needs ${neededPods(durabilityPolicy)}`;
  if (!reachesQuorum(durabilityPolicy, ready)) {
    const details = pools.flatMap(({ health }) => health.messages);
    return { status: "False", reason: reasons.belowQuorum, message: joinMessages([count, ...details]) };
  }
  const { status, reason, message: missing } = dataPlane.primaryElected;
  if (status === "False") return { status, reason, message: joinMessages([missing, count]) };
  const message = readyPods === totalPods ? messages.shardHealthy : count;
  return { status: "True", reason: reasons.quorumReached, message };
}

function progressing(facts: ShardFacts): Summary["progressing"] {
  const { pools, surplusStatefulSets } = facts;
  const behind = pools.map(({ health }) => health).filter((health) => health.progressing);
  const kept = keptVolumes(facts);
  const troubles = behind.flatMap((health) => health.troubles);
  const reason =
    troubles[0]?.reason ??
    behind[0]?.reason ??
    (kept.length > 0 ? reasons.storageNotApplied : undefined) ??
    (surplusStatefulSets.length > 0 ? reasons.removing : undefined);
  if (reason === undefined) return { status: "False", reason: reasons.converged, message: messages.converged };
  return {
    status: "True",
    reason,
    message: joinMessages([
      ...troubles.map(({ message }) => message),
      outdatedPods(facts),
      ...behind.flatMap((health) => health.messages),
      ...kept.map(keptVolumesMessage),
      ...surplusStatefulSets.map((name) => `StatefulSet ${name} of a removed pool is no longer wanted`),
    ]),
  };
}

function outdatedPods({ pools }: ShardFacts): string | undefined {
  const outdated = pools.reduce((sum, { health }) => sum + health.outdatedPods, 0);
  if (outdated === 0) return undefined;
  const { totalPods } = countsOf(pools);
  return `${outdated} of ${totalPods} pods run an older template; pod replacement isn't automatic yet, a pod gets the newest one when it is deleted`;
}

function unreachableQuorum({ shard, pools }: ShardFacts): Stall | undefined {
  const { durabilityPolicy: policy, database } = shard.spec;
  const wanted = podsInCells(pools, "totalPods");
  if (reachesQuorum(policy, wanted)) return undefined;
  const remedy =
    policy === "AT_LEAST_2"
      ? `raise the replicas of a pool of database ${database}`
      : `give database ${database} a pool with replicas in another cell, or durabilityPolicy AT_LEAST_2`;
  const isEmpty = wanted.every(({ pods }) => pods === 0);
  return {
    reason: isEmpty ? reasons.noPodsWanted : reasons.quorumUnreachable,
    message: `Durability policy ${policy} needs ${neededPods(policy)}, the pools ask for ${countedPods(policy, wanted)}: ${remedy}`,
  };
}

function keptVolumes({ pools }: ShardFacts): KeptVolumes[] {
  return pools.flatMap(({ health, claim: { notApplied } }) =>
    notApplied === undefined ? [] : [{ statefulSet: health.status.statefulSetName, notApplied }],
  );
}

export function podsInCells(pools: readonly PoolFacts[], count: "totalPods" | "readyPods"): PodsInCell[] {
  return pools.map(({ health: { status } }) => ({ cell: status.cell, pods: status[count] }));
}

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
