import type { ConditionStatus } from "@multigres/api-types";
import { type ObservedPod, type PodHealth, podHealth } from "./pod.ts";
import type { Trouble } from "./trouble.ts";
import { reasons } from "./vocabulary.ts";

/** The part of a Deployment or StatefulSet that its health is read from; client-node's types are assignable. */
export interface ObservedWorkload {
  metadata?: { generation?: number; deletionTimestamp?: string | Date };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    updatedReplicas?: number;
    conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
  };
}

/** What its owner wants of a workload. */
export interface WantedWorkload {
  readonly name: string;
  readonly replicas: number;
  /** How many ready pods make it available; default: all wanted ones. */
  readonly required?: number;
}

export interface WorkloadHealth {
  readonly desired: number;
  /** Ready pods, of whatever template. */
  readonly ready: number;
  /** Pods of the newest template; 0 while the workload's status speaks of an older spec. */
  readonly updated: number;
  /**
   * `True` when the required pods are ready. `Unknown` while the workload's status speaks of an older spec.
   * `False` for zero wanted pods: nothing serves.
   */
  readonly available: ConditionStatus;
  /** Something still differs from what is wanted: existence, generation, number, readiness or template of its pods. */
  readonly progressing: boolean;
  /** One reason for a condition: a pod's own trouble where there is one (`CrashLoopBackOff`), else from the vocabulary. */
  readonly reason: string;
  /** Why pods can't run or can't be created, the most telling first; empty while they merely start. */
  readonly troubles: readonly Trouble[];
  /** Sentences that name workload, pods and containers, the most telling first; empty when all is as wanted. */
  readonly messages: readonly string[];
}

/** Health of a StatefulSet that should exist, with the pods that it controls. Holds for `OnDelete` too. */
export function statefulSetHealth(
  wanted: WantedWorkload,
  statefulSet: ObservedWorkload | undefined,
  pods: readonly ObservedPod[],
): WorkloadHealth {
  return workloadHealth("StatefulSet", wanted, statefulSet, pods);
}

/** Health of a Deployment that should exist, with its pods. */
export function deploymentHealth(
  wanted: WantedWorkload,
  deployment: ObservedWorkload | undefined,
  pods: readonly ObservedPod[],
): WorkloadHealth {
  return workloadHealth("Deployment", wanted, deployment, pods);
}

function workloadHealth(
  kind: "StatefulSet" | "Deployment",
  wanted: WantedWorkload,
  workload: ObservedWorkload | undefined,
  pods: readonly ObservedPod[],
): WorkloadHealth {
  const label = `${kind} ${wanted.name}`;
  const desired = wanted.replicas;
  const absent = (available: ConditionStatus, message: string): WorkloadHealth => ({
    desired,
    ready: 0,
    updated: 0,
    available,
    progressing: true,
    reason: reasons.notCreatedYet,
    troubles: [],
    messages: [message],
  });
  if (!workload) return absent("False", `${label} doesn't exist yet`);
  if (workload.metadata?.deletionTimestamp !== undefined) return absent("Unknown", `${label} is being deleted`);

  const { observedGeneration, replicas = 0, readyReplicas: ready = 0, updatedReplicas = 0 } = workload.status ?? {};
  if (observedGeneration === undefined || observedGeneration !== workload.metadata?.generation) {
    return {
      desired,
      ready,
      updated: 0,
      available: "Unknown",
      progressing: true,
      reason: reasons.childrenNotObserved,
      troubles: [],
      messages: [`${label} hasn't observed its current spec yet`],
    };
  }

  const counts = { desired, replicas, ready, updated: updatedReplicas };
  const required = Math.max(1, wanted.required ?? desired);
  const available = ready >= required && desired > 0 ? "True" : "False";
  const progressing = ready !== desired || replicas !== desired || updatedReplicas !== desired;
  const common = { desired, ready, updated: updatedReplicas, available, progressing } as const;
  if (!progressing) {
    return desired === 0
      ? { ...common, reason: reasons.noPodsWanted, troubles: [], messages: [`${label} has replicas: 0`] }
      : { ...common, reason: reasons.converged, troubles: [], messages: [] };
  }
  const unready = pods.map(podHealth).filter((pod) => !pod.ready);
  const troubles = [...unready.flatMap(podTrouble), ...controllerTroubles(label, workload)];
  const starting = unready.filter((pod) => pod.reason === undefined).map((pod) => pod.message ?? pod.name);
  return {
    ...common,
    reason: troubles[0]?.reason ?? waitingReason(counts),
    troubles,
    messages: [...troubles.map(({ message }) => message), ...countMessages(label, counts), ...starting],
  };
}

interface Counts {
  readonly desired: number;
  readonly replicas: number;
  readonly ready: number;
  readonly updated: number;
}

function podTrouble({ name, reason, message, since }: PodHealth): Trouble[] {
  return reason === undefined
    ? []
    : [{ reason, message: message ?? `Pod ${name}: ${reason}`, ...(since && { since }) }];
}

/** A Deployment says in conditions that pods can't be created (quota, admission) or that a rollout stands still. */
function controllerTroubles(label: string, workload: ObservedWorkload): Trouble[] {
  return (workload.status?.conditions ?? [])
    .filter(({ type, status }) =>
      type === "ReplicaFailure" ? status === "True" : type === "Progressing" && status === "False",
    )
    .map(({ type, reason = type, message }) => ({
      reason,
      message: `${label}: ${reason}${message ? ` (${message})` : ""}`,
    }));
}

function waitingReason({ desired, ready, updated }: Counts): string {
  return ready >= desired && updated < desired ? reasons.podsOutdated : reasons.waitingForPods;
}

function countMessages(label: string, { desired, replicas, ready, updated }: Counts): string[] {
  const parts: string[] = [];
  if (replicas < desired) parts.push(`${label} has created ${replicas} of ${desired} pods`);
  if (replicas > desired) parts.push(`${label} has ${replicas} pods, ${desired} are wanted`);
  if (ready !== desired) parts.push(`${label} has ${ready} of ${desired} pods ready`);
  if (ready >= desired && updated < desired) {
    parts.push(`${label} has ${updated} of ${desired} pods of its newest template`);
  }
  return parts;
}
