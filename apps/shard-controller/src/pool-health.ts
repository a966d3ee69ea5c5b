import type { V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import type { ResolvedPool, ShardStatus } from "@multigres/api-types";
import { controllerOf } from "@multigres/controller-kit";
import { podHealth, reasons, statefulSetHealth, type WorkloadHealth } from "@multigres/status-kit";
import { names, type PoolIdentity } from "@multigres/workload-kit";

type PoolStatus = NonNullable<ShardStatus["pools"]>[number];

export interface PoolHealth {
  readonly status: PoolStatus;
  /** Pods that are there and run an older template than the newest. */
  readonly outdatedPods: number;
  readonly progressing: boolean;
  readonly reason: string;
  readonly troubles: WorkloadHealth["troubles"];
  readonly messages: readonly string[];
}

/** The pods are counted themselves, not through the StatefulSet: they serve also while it is away or being replaced. */
export function poolHealth(
  { type, cell, replicas }: ResolvedPool,
  identity: PoolIdentity,
  statefulSet: V1StatefulSet | undefined,
  shardPods: readonly V1Pod[],
): PoolHealth {
  const name = names.pool(identity);
  const wantedNames = Array.from({ length: replicas }, (_, ordinal) => names.poolPod(identity, ordinal));
  const pods = wantedNames.flatMap(
    (podName) => shardPods.find((pod) => pod.metadata?.name === podName && isOfStatefulSet(pod, name)) ?? [],
  );
  const workload = statefulSetHealth({ name, replicas }, statefulSet, pods);
  const newest = newestRevision(statefulSet);
  const readyPods = pods.filter((pod) => podHealth(pod).ready).length;
  const updatedPods = pods.filter((pod) => newest !== undefined && revisionOf(pod) === newest).length;
  const progressing = workload.progressing || readyPods !== replicas || updatedPods !== replicas;
  return {
    status: { type, cell, statefulSetName: name, totalPods: replicas, readyPods, updatedPods },
    outdatedPods: newest === undefined ? 0 : pods.length - updatedPods,
    progressing,
    reason: workload.progressing ? workload.reason : reasons.waitingForPods,
    troubles: workload.troubles,
    messages: workload.progressing ? workload.messages : notReady(wantedNames, pods),
  };
}

/** Undefined while the StatefulSet's status speaks of an older spec: then its revision may be an old one too. */
function newestRevision(statefulSet: V1StatefulSet | undefined): string | undefined {
  const { observedGeneration, updateRevision } = statefulSet?.status ?? {};
  return observedGeneration !== undefined && observedGeneration === statefulSet?.metadata?.generation
    ? updateRevision
    : undefined;
}

function revisionOf(pod: V1Pod): string | undefined {
  return pod.metadata?.labels?.["controller-revision-hash"];
}

/** By name: a pod that was orphaned is one of the pool until its StatefulSet has adopted it again. */
function isOfStatefulSet(pod: V1Pod, name: string): boolean {
  const owner = controllerOf(pod);
  return owner === undefined || (owner.kind === "StatefulSet" && owner.name === name);
}

/** The StatefulSet's own status comes a moment after its pods. */
function notReady(wantedNames: readonly string[], pods: readonly V1Pod[]): string[] {
  return wantedNames.flatMap((name) => {
    const pod = pods.find(({ metadata }) => metadata?.name === name);
    return pod === undefined ? `Pod ${name} doesn't exist` : (podHealth(pod).message ?? []);
  });
}
