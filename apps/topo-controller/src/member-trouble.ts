import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { type ConditionDraft, conditionTypes, podHealth, reasons, type Stall } from "@multigres/status-kit";
import { containerName, quorumOf } from "./etcd.ts";

/** Members that restart for ever because of what is, or isn't, on their volumes: no restart mends that. */
interface MemberTrouble {
  readonly pod: string;
  readonly kind: "lost-volume" | "other-membership" | "unclear";
}

const runbook = "docs/runbooks/etcd-members.md";

// etcd's own words; they are the end of its log, which the kubelet shows of a container that failed.
const words = {
  lostVolume: /has already been bootstrapped|has been permanently removed/,
  otherMembership:
    /member count is unequal|unmatched member|mismatch member|cluster ID mismatch|couldn't find local name/i,
} as const;

export function membersBroken(pods: readonly V1Pod[], replicas: number): ConditionDraft[] {
  const ready = pods.filter((pod) => podHealth(pod).ready).length;
  const troubles = pods.flatMap((pod) => troubleOf(pod, ready >= quorumOf(replicas)));
  const [first] = troubles;
  if (first === undefined) return [];
  const message = `${troubles.map(sentence).join("; ")}: see ${runbook}`;
  return [{ type: conditionTypes.etcdMembersBroken, status: "True", reason: reasonOf(first), message }];
}

/** A person must act. */
export function membersStall([broken]: readonly ConditionDraft[]): Stall | undefined {
  return broken && { reason: broken.reason, message: broken.message };
}

/** The pods, without the end of etcd's log: it is long, and another one after each restart. */
export function withoutLogs(pods: readonly V1Pod[]): V1Pod[] {
  return pods.map((pod) => ({
    ...pod,
    status: { ...pod.status, containerStatuses: pod.status?.containerStatuses?.map(withoutLog) },
  }));
}

function withoutLog(container: V1ContainerStatus): V1ContainerStatus {
  const { state, lastState } = container;
  const cut = (ended: V1ContainerStatus["state"]): V1ContainerStatus["state"] =>
    ended?.terminated ? { ...ended, terminated: { ...ended.terminated, message: undefined } } : ended;
  return { ...container, ...(state && { state: cut(state) }), ...(lastState && { lastState: cut(lastState) }) };
}

function troubleOf(pod: V1Pod, othersServe: boolean): MemberTrouble[] {
  const etcd = pod.status?.containerStatuses?.find(({ name }) => name === containerName);
  const ended = etcd?.state?.terminated ?? etcd?.lastState?.terminated;
  if (etcd === undefined || etcd.ready) return [];
  const told = ended?.message ?? "";
  const name = pod.metadata?.name ?? "";
  if (words.lostVolume.test(told)) return [{ pod: name, kind: "lost-volume" }];
  if (words.otherMembership.test(told)) return [{ pod: name, kind: "other-membership" }];
  if (etcd.state?.waiting?.reason !== "CrashLoopBackOff") return [];
  return [{ pod: name, kind: told === "" && othersServe ? "lost-volume" : "unclear" }];
}

function reasonOf({ kind }: MemberTrouble): string {
  switch (kind) {
    case "lost-volume":
      return reasons.memberLostVolume;
    case "other-membership":
      return reasons.otherMembership;
    case "unclear":
      return reasons.memberCrashing;
    default:
      return kind satisfies never;
  }
}

function sentence({ pod, kind }: MemberTrouble): string {
  switch (kind) {
    case "lost-volume":
      return `Pod ${pod} has most likely lost its volume: etcd lets no empty member back in by itself`;
    case "other-membership":
      return `Pod ${pod} finds another number of members than there are: volumes of another etcd are in use`;
    case "unclear":
      return `Pod ${pod} ends again and again: the volumes may be of another etcd, or lost`;
    default:
      return kind satisfies never;
  }
}
