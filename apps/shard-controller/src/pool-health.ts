import type { ShardStatus } from "@multigres/api-types";
import { podHealth, statefulSetHealth, type WorkloadHealth } from "@multigres/status-kit";
import type { WantedPool } from "./pools.ts";
import { podSpecOf } from "./rollout/view.ts";

type PoolStatus = NonNullable<ShardStatus["pools"]>[number];

export interface PoolHealth {
  readonly status: PoolStatus;
  readonly progressing: boolean;
  readonly reason: string;
  readonly troubles: WorkloadHealth["troubles"];
  readonly messages: readonly string[];
}

/**
 * The pods are counted themselves, not through the StatefulSet: they serve also while it is away or being replaced, and its
 * own counts come a moment after them.
 */
export function poolHealth({ pool, name, live, specHash, pods: there }: WantedPool): PoolHealth {
  const { type, cell, replicas } = pool;
  const pods = there.filter(({ ordinal }) => ordinal < replicas).map(({ pod }) => pod);
  const readyPods = pods.filter((pod) => podHealth(pod).ready).length;
  const updatedPods = pods.filter((pod) => podSpecOf(pod) === specHash).length;
  const counts = {
    replicas: there.length,
    readyReplicas: readyPods,
    // The StatefulSet's count tells pods apart by their metadata too, which restarts nothing.
    updatedReplicas: there.length - (pods.length - updatedPods),
  };
  const counted = live && { ...live, status: { ...live.status, ...counts } };
  const workload = statefulSetHealth({ name, replicas }, counted, pods);
  return {
    status: { type, cell, statefulSetName: name, totalPods: replicas, readyPods, updatedPods },
    progressing: workload.progressing,
    reason: workload.reason,
    troubles: workload.troubles,
    messages: workload.messages,
  };
}
