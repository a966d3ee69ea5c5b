/** The part of a Pod that its health is read from; client-node's `V1Pod` is assignable. */
export interface ObservedPod {
  metadata?: { name?: string; labels?: Record<string, string>; deletionTimestamp?: string | Date };
  spec?: { nodeName?: string };
  status?: {
    phase?: string;
    conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
    containerStatuses?: readonly ObservedContainer[];
    initContainerStatuses?: readonly ObservedContainer[];
  };
}

export interface ObservedContainer {
  name: string;
  ready?: boolean;
  restartCount?: number;
  state?: {
    waiting?: { reason?: string; message?: string };
    terminated?: { reason?: string; exitCode?: number; message?: string };
    running?: unknown;
  };
}

export interface PodHealth {
  readonly name: string;
  readonly ready: boolean;
  /** Why the pod isn't ready, as the kubelet or the scheduler words it (`CrashLoopBackOff`, `Unschedulable`); undefined while it merely starts. */
  readonly reason?: string;
  /** One line that names pod and container. Set when not ready. */
  readonly message?: string;
}

/** Waiting reasons that are no trouble but the normal way to a running container. */
const starting = new Set(["ContainerCreating", "PodInitializing"]);

/** Reads a pod's readiness and, if it isn't ready, the most telling reason. A pod being deleted isn't ready. */
export function podHealth(pod: ObservedPod): PodHealth {
  const name = pod.metadata?.name ?? "";
  if (pod.metadata?.deletionTimestamp !== undefined)
    return { name, ready: false, message: `Pod ${name} is being deleted` };
  const ready =
    pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;
  if (ready) return { name, ready };
  for (const container of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
    const waiting = container.state?.waiting;
    if (waiting?.reason && !starting.has(waiting.reason)) {
      return {
        name,
        ready,
        reason: waiting.reason,
        message: `Pod ${name}, container ${container.name}: ${waiting.reason}${detail(waiting.message)}`,
      };
    }
    const terminated = container.state?.terminated;
    if (terminated && terminated.exitCode !== 0) {
      const reason = terminated.reason ?? "Error";
      return {
        name,
        ready,
        reason,
        message: `Pod ${name}, container ${container.name}: ${reason}, exit code ${terminated.exitCode ?? "unknown"}${detail(terminated.message)}`,
      };
    }
  }
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === "PodScheduled");
  if (scheduled?.status === "False") {
    const reason = scheduled.reason ?? "Unschedulable";
    return { name, ready, reason, message: `Pod ${name}: ${reason}${detail(scheduled.message)}` };
  }
  return { name, ready, message: `Pod ${name} isn't ready` };
}

function detail(message: string | undefined): string {
  return message ? ` (${message})` : "";
}
