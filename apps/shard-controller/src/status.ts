import type { Shard, ShardStatus } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import {
  baseStatus,
  type ConditionDraft,
  conditionTypes,
  type GrowingVolumes,
  joinMessages,
  messages,
  podHealth,
  reasons,
  type Stall,
  stallOf,
  type Summary,
  type VolumesReport,
  volumesReport,
} from "@multigres/status-kit";
import type { DataPlaneReport } from "./data-plane/report.ts";
import type { PoolHealth } from "./pool-health.ts";
import type { WantedPool } from "./pools.ts";
import { countedPods, neededPods, type PodsInCell, reachesQuorum } from "./quorum.ts";
import { cellOf, type RemovedPool } from "./removed-pools.ts";
import type { Repository } from "./repository.ts";
import type { PoolReplicas } from "./rollout/replicas.ts";
import type { Step } from "./rollout/step.ts";

export interface ShardFacts {
  readonly shard: Shard;
  readonly wanted: readonly WantedPool[];
  /** Of each wanted pool. */
  readonly health: readonly PoolHealth[];
  readonly removed: readonly RemovedPool[];
  /** All pods that are ready, also those that are to go. */
  readonly ready: readonly PodsInCell[];
  readonly replicas: readonly PoolReplicas[];
  readonly step: Step;
  /** What is waited for before pods are added. */
  readonly backup: { readonly state: "go" } | { readonly state: "wait"; readonly message: string };
  readonly dataPlane: DataPlaneReport;
  /** Undefined: backups go elsewhere. */
  readonly repository: Repository | undefined;
  readonly failures: readonly WriteFailure[];
}

export function shardStatus(facts: ShardFacts, now: Date): ShardStatus {
  const { shard, health, dataPlane } = facts;
  const { primaryElected, followersLagging } = dataPlane;
  const others = [
    primaryElected,
    ...(followersLagging ? [followersLagging] : []),
    ...readOnlyPoolsElectable(shard),
    ...(facts.repository?.conditions ?? []),
  ];
  const volumes = volumesReport(volumesOf(facts), facts.failures);
  const summary = summaryOf(facts, volumes);
  return {
    ...baseStatus(shard, { summary, failures: volumes.failures, others }, now),
    ...countsOf(health),
    ...dataPlane.status,
    pools: health.map(({ status }) => status),
    ...volumes.status,
  };
}

/** All pods that are ready, by cell. */
export function readyInCells(wanted: readonly WantedPool[], removed: readonly RemovedPool[]): PodsInCell[] {
  return [
    ...wanted.map(({ pool: { cell }, pods }) => ({ cell, pods })),
    ...removed.map((pool) => ({ cell: cellOf(pool), pods: pool.pods })),
  ].map(({ cell, pods }) => ({ cell, pods: pods.filter(({ pod }) => podHealth(pod).ready).length }));
}

function countsOf(pools: readonly PoolHealth[]): { totalPods: number; readyPods: number; updatedPods: number } {
  const sum = (count: "totalPods" | "readyPods" | "updatedPods") =>
    pools.reduce((total, { status }) => total + status[count], 0);
  return { totalPods: sum("totalPods"), readyPods: sum("readyPods"), updatedPods: sum("updatedPods") };
}

function volumesOf({ wanted, repository }: ShardFacts): GrowingVolumes[] {
  return [
    ...wanted.map(({ pool, name, volumes: growth }) => ({
      key: `${pool.type}/${pool.cell}`,
      of: `StatefulSet ${name}`,
      field: "dataVolumeClaimTemplate",
      growth,
    })),
    ...(repository === undefined ? [] : [repository.volumes]),
  ];
}

function summaryOf(facts: ShardFacts, volumes: VolumesReport<WriteFailure>): Summary {
  const stalls = [unreachableQuorum(facts), facts.repository?.stall, volumes.stall];
  return {
    available: available(facts),
    progressing: progressing(facts, volumes.messages),
    stalled: stallOf(stalls.filter((stall) => stall !== undefined)),
  };
}

function available(facts: ShardFacts): Summary["available"] {
  const { shard, health, ready, dataPlane } = facts;
  const { durabilityPolicy } = shard.spec;
  const { totalPods, readyPods } = countsOf(health);
  const count = `${readyPods} of ${totalPods} pods are ready, durability policy ${durabilityPolicy} needs ${neededPods(durabilityPolicy)}`;
  if (!reachesQuorum(durabilityPolicy, ready)) {
    const stall = unreachableQuorum(facts);
    if (stall) return { status: "False", ...stall };
    const details = health.flatMap((pool) => pool.messages);
    return { status: "False", reason: reasons.belowQuorum, message: joinMessages([count, ...details]) };
  }
  const { status, reason, message: missing } = dataPlane.primaryElected;
  if (status === "False") return { status, reason, message: joinMessages([missing, count]) };
  const message = readyPods === totalPods ? messages.shardHealthy : count;
  return { status: "True", reason: reasons.quorumReached, message };
}

function progressing(facts: ShardFacts, sizes: readonly string[]): Summary["progressing"] {
  const { health, removed, step, backup, repository } = facts;
  const pending = repository?.pending;
  const behind = health.filter((pool) => pool.progressing);
  const troubles = behind.flatMap((pool) => pool.troubles);
  const reason =
    (pending === undefined ? undefined : reasons.repositoryPending) ??
    troubles[0]?.reason ??
    behind[0]?.reason ??
    (sizes.length > 0 ? reasons.storageNotApplied : undefined) ??
    (removed.length > 0 || step.do !== "nothing" ? reasons.removing : undefined);
  if (reason === undefined) return { status: "False", reason: reasons.converged, message: messages.converged };
  return {
    status: "True",
    reason,
    message: joinMessages([
      pending,
      ...stepMessages(facts),
      ...troubles.map(({ message }) => message),
      ...(backup.state === "wait" ? [backup.message] : []),
      ...behind.flatMap((pool) => pool.messages),
      ...sizes,
      ...removed.map(({ name }) => `StatefulSet ${name} of a removed pool is no longer wanted`),
    ]),
  };
}

/** What is done with pods now, or what that waits for. */
function stepMessages({ step, health }: ShardFacts): string[] {
  if (step.do === "nothing") return [];
  const { totalPods, updatedPods } = countsOf(health);
  return [step.message, ...(updatedPods < totalPods ? [`${updatedPods} of ${totalPods} pods are updated`] : [])];
}

function unreachableQuorum({ shard, health, replicas }: ShardFacts): Stall | undefined {
  const { durabilityPolicy: policy, database } = shard.spec;
  const wanted = health.map(({ status: { cell, totalPods } }) => ({ cell, pods: totalPods }));
  if (reachesQuorum(policy, wanted)) return undefined;
  const remedy =
    policy === "AT_LEAST_2"
      ? `raise the replicas of a pool of database ${database}`
      : `give database ${database} a pool with replicas in another cell, or durabilityPolicy AT_LEAST_2`;
  const isEmpty = wanted.every(({ pods }) => pods === 0);
  const staying = replicas.reduce((sum, pool) => sum + pool.heldByQuorum, 0);
  const held = staying === 0 ? "" : `, so ${staying} more ${staying === 1 ? "stays" : "stay"}`;
  return {
    reason: isEmpty ? reasons.noPodsWanted : reasons.quorumUnreachable,
    message: `Durability policy ${policy} needs ${neededPods(policy)}, the pools ask for ${countedPods(policy, wanted)}${held}: ${remedy}`,
  };
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
