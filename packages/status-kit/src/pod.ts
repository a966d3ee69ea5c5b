/** The part of a Pod that its health is read from; client-node's `V1Pod` is assignable. */
export interface ObservedPod {
  metadata?: { name?: string; labels?: Record<string, string>; deletionTimestamp?: string | Date };
  spec?: { nodeName?: string };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: readonly {
      type: string;
      status: string;
      reason?: string;
      message?: string;
      lastTransitionTime?: string | Date;
    }[];
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
    terminated?: TerminatedContainer;
    running?: unknown;
  };
  /** How the run before the present one ended. */
  lastState?: { terminated?: TerminatedContainer };
}

interface TerminatedContainer {
  reason?: string;
  exitCode?: number;
  message?: string;
}

export interface PodHealth {
  readonly name: string;
  readonly ready: boolean;
  /** Why the pod isn't ready, as the kubelet or the scheduler words it (`CrashLoopBackOff`, `Unschedulable`); undefined while it merely starts. */
  readonly reason?: string;
  /** One line that names pod and container. Set when not ready. */
  readonly message?: string;
  /** Since when the scheduler finds no place for it. */
  readonly since?: Date;
}

/** Waiting reasons that are no trouble but the normal way to a running container. */
const starting: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing"]);

/** Reasons of `Ready=False` that only repeat what the containers say. */
const uninformative: ReadonlySet<string> = new Set(["", "ContainersNotReady", "UnknownContainerStatuses"]);

/** Reads a pod's readiness and, if it isn't ready, the most telling reason. A pod being deleted isn't ready. */
export function podHealth(pod: ObservedPod): PodHealth {
  const name = pod.metadata?.name ?? "";
  if (pod.metadata?.deletionTimestamp !== undefined) {
    return { name, ready: false, message: `Pod ${name} is being deleted` };
  }
  const readiness = conditionOf(pod, "Ready");
  if (readiness?.status === "True") return { name, ready: true };
  const trouble = failure(pod) ?? containerTrouble(pod) ?? podTrouble(pod);
  return trouble
    ? {
        name,
        ready: false,
        reason: trouble.reason,
        message: `Pod ${name}${trouble.text}`,
        ...(trouble.since && { since: trouble.since }),
      }
    : { name, ready: false, message: `Pod ${name} isn't ready` };
}

interface Cause {
  readonly reason: string;
  /** Follows the pod's name. */
  readonly text: string;
  readonly since?: Date;
}

/** Trouble of the first container that has any; init containers come first, as in the pod's life. */
function containerTrouble({ status }: ObservedPod): Cause | undefined {
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const trouble = troubleOf(container);
    if (trouble) return { reason: trouble.reason, text: `, container ${container.name}: ${trouble.text}` };
  }
  return undefined;
}

function troubleOf({ state, lastState, ready }: ObservedContainer): Cause | undefined {
  const { waiting, terminated } = state ?? {};
  const before = lastState?.terminated;
  if (waiting?.reason && !starting.has(waiting.reason)) {
    // The kubelet's text about a back-off counts seconds; how the container ended says more and stays the same.
    const detail = before && waiting.reason === "CrashLoopBackOff" ? endOf(before) : waiting.message;
    return { reason: waiting.reason, text: `${waiting.reason}${inBrackets(detail)}` };
  }
  if (terminated && terminated.exitCode !== 0) {
    return { reason: terminated.reason ?? "Error", text: endOf(terminated) };
  }
  // Between two crashes a container runs for a while; that is no recovery until it is ready.
  if (state?.running !== undefined && ready === false && before && before.exitCode !== 0) {
    return { reason: before.reason ?? "Error", text: `restarted after ${endOf(before)}` };
  }
  return undefined;
}

function endOf({ reason = "Error", exitCode, message }: TerminatedContainer): string {
  return `${reason}, exit code ${exitCode ?? "unknown"}${inBrackets(message?.trim())}`;
}

/** A pod that was ended for good, for example by an eviction; its containers only show that they were killed. */
function failure({ status }: ObservedPod): Cause | undefined {
  return status?.phase === "Failed" && status.reason ? stated(status.reason, status.message) : undefined;
}

/** What happened to the pod as a whole: never scheduled, failed, on a node that is gone. */
function podTrouble(pod: ObservedPod): Cause | undefined {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") {
    const { reason = "Unschedulable", message, lastTransitionTime: since } = scheduled;
    return { ...stated(reason, message), ...(since !== undefined && { since: new Date(since) }) };
  }
  if (pod.status?.phase === "Failed") return stated("Failed", pod.status.message);
  const readiness = conditionOf(pod, "Ready");
  if (readiness && !uninformative.has(readiness.reason ?? "")) return stated(readiness.reason ?? "", readiness.message);
  return undefined;
}

function stated(reason: string, message: string | undefined): Cause {
  return { reason, text: `: ${reason}${inBrackets(message)}` };
}

function conditionOf(pod: ObservedPod, type: string) {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

function inBrackets(text: string | undefined): string {
  return text ? ` (${text})` : "";
}
