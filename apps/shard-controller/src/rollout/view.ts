import type { V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import { annotations, labels, type Shard } from "@multigres/api-types";
import { controllerOf, isConfirmed } from "@multigres/controller-kit";
import { conditionTypes, findCondition, isPaused, podHealth, type PodHealth } from "@multigres/status-kit";
import type { DataPlane } from "../data-plane/data-plane.ts";
import type { PoolPod, WantedPool } from "../pools.ts";
import { cellOf, type RemovedPool } from "../removed-pools.ts";
import { specHashOf } from "../resources/pool-statefulset.ts";
import type { PodView, PoolView, Roles, ShardView, SwitchOver } from "./shard-view.ts";

export interface Situation {
  readonly shard: Shard;
  readonly wanted: readonly WantedPool[];
  readonly removed: readonly RemovedPool[];
  readonly dataPlane: DataPlane;
  /** Names of pods that haven't followed for longer than they may. */
  readonly laggards: readonly string[];
  readonly switchOvers: readonly SwitchOver[];
}

/** What the decision over the next step is made from. */
export function shardView(situation: Situation, now: Date): ShardView {
  const { shard, wanted, removed, dataPlane, switchOvers } = situation;
  const laggards = new Set(situation.laggards);
  const held = heldBecause(shard);
  const since = noPrimarySince(shard);
  return {
    policy: shard.spec.durabilityPolicy,
    pools: [
      ...wanted.map((pool) =>
        poolView(pool, { cell: pool.pool.cell, wanted: pool.pool.replicas, prepared: isPrepared(pool) }),
      ),
      ...removed.map((pool) => poolView(pool, { cell: cellOf(pool), wanted: 0, prepared: false })),
    ],
    pods: [
      ...wanted.flatMap((pool) =>
        pool.pods.map((entry) => podView(pool, pool.pool.cell, entry, podSpecOf(entry.pod) !== pool.specHash)),
      ),
      ...removed.flatMap((pool) => pool.pods.map((entry) => podView(pool, cellOf(pool), entry, false))),
    ],
    roles: rolesOf(dataPlane),
    ...(since !== undefined && { noPrimarySince: since }),
    switchOvers,
    ...(held !== undefined && { held }),
  };

  function podView(
    { name, live }: { readonly name: string; readonly live: V1StatefulSet | undefined },
    cell: string,
    { ordinal, pod }: PoolPod,
    outdated: boolean,
  ): PodView {
    const health = podHealth(pod);
    const readySince = pod.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime;
    return {
      name: health.name,
      uid: pod.metadata?.uid ?? "",
      pool: name,
      cell,
      ordinal,
      ready: health.ready,
      ...(health.ready && readySince !== undefined && { readySince: new Date(readySince) }),
      broken: isBroken(health, now),
      lagging: health.ready && laggards.has(health.name),
      leaving: pod.metadata?.deletionTimestamp !== undefined || ordinal >= (live?.spec?.replicas ?? ordinal + 1),
      outdated,
      ...(health.message !== undefined && { trouble: health.message }),
    };
  }
}

/** Hash of the spec that a pod was made from. */
export function podSpecOf(pod: V1Pod): string | undefined {
  return pod.metadata?.labels?.[labels.podSpec];
}

function poolView(
  { name, live, pods }: Pick<WantedPool, "name" | "live" | "pods">,
  rest: Pick<PoolView, "cell" | "wanted" | "prepared">,
): PoolView {
  const occupied = Math.max(0, ...pods.map(({ ordinal }) => ordinal + 1));
  return { name, live: live?.spec?.replicas ?? occupied, ...rest };
}

/** Whether a pod that is made now gets the wanted spec. */
function isPrepared({ live, specHash }: WantedPool): boolean {
  return (
    live !== undefined &&
    live.metadata?.deletionTimestamp === undefined &&
    specHashOf(live.spec?.template) === specHash &&
    live.status?.observedGeneration === live.metadata?.generation
  );
}

/** Every new pod is unschedulable until its volumes are bound. */
const bindingTimeMs = 30_000;

function isBroken({ ready, reason, since }: PodHealth, now: Date): boolean {
  if (ready || reason === undefined) return false;
  return since === undefined || now.getTime() - since.getTime() >= bindingTimeMs;
}

function rolesOf(dataPlane: DataPlane): Roles {
  if (dataPlane.state === "unknown") return dataPlane;
  const { primary, cohort, followers } = dataPlane;
  // A primary whose database doesn't answer can't tell who follows it.
  const knows = primary?.ready === true && cohort !== undefined;
  return { state: "read", primary, cohort: knows ? [primary.podName, ...followers] : undefined };
}

/** The Shard's own status remembers it, over restarts of this controller. */
function noPrimarySince({ status }: Shard): Date | undefined {
  const elected = findCondition(status?.conditions, conditionTypes.primaryElected);
  if (elected === undefined || elected.status === "True" || elected.lastTransitionTime === undefined) return undefined;
  return new Date(elected.lastTransitionTime);
}

function heldBecause(shard: Shard): string | undefined {
  if (isPaused(shard)) return `No pod is replaced or removed while the annotation ${annotations.paused} is set`;
  if (isConfirmed(shard)) return undefined;
  const owner = controllerOf(shard);
  return `No pod is replaced or removed, because Shard ${shard.metadata.name} isn't as ${owner?.kind} ${owner?.name} wrote it`;
}
