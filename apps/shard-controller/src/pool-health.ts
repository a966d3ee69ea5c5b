import type { ShardStatus } from "@multigres/api-types";
import { podHealth, reasons, statefulSetHealth, type WorkloadHealth } from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
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

/** The pods are counted themselves, not through the StatefulSet: they serve also while it is away or being replaced. */
export function poolHealth({ pool, identity, name, live, specHash, pods: there }: WantedPool): PoolHealth {
  const { type, cell, replicas } = pool;
  const pods = there.filter(({ ordinal }) => ordinal < replicas).map(({ pod }) => pod);
  const readyPods = pods.filter((pod) => podHealth(pod).ready).length;
  const updatedPods = pods.filter((pod) => podSpecOf(pod) === specHash).length;
  // The StatefulSet's own count tells pods apart by their metadata too, which restarts nothing.
  const updatedReplicas = (live?.status?.replicas ?? 0) - (pods.length - updatedPods);
  const told = live && { ...live, status: { ...live.status, updatedReplicas } };
  const workload = statefulSetHealth({ name, replicas }, told, pods);
  const progressing = workload.progressing || readyPods !== replicas || updatedPods !== replicas;
  return {
    status: { type, cell, statefulSetName: name, totalPods: replicas, readyPods, updatedPods },
    progressing,
    reason: workload.progressing ? workload.reason : reasons.waitingForPods,
    troubles: workload.troubles,
    messages: workload.progressing ? workload.messages : notReady(),
  };

  /** The StatefulSet's own status comes a moment after its pods. */
  function notReady(): string[] {
    return Array.from({ length: replicas }, (_, ordinal) => names.poolPod(identity, ordinal)).flatMap((podName) => {
      const pod = pods.find(({ metadata }) => metadata?.name === podName);
      return pod === undefined ? `Pod ${podName} doesn't exist` : (podHealth(pod).message ?? []);
    });
  }
}
