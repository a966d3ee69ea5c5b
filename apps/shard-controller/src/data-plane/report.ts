import type { V1Pod } from "@kubernetes/client-node";
import type { Shard, ShardStatus } from "@multigres/api-types";
import type { EventDraft } from "@multigres/controller-kit";
import { type ConditionDraft, conditionTypes, findCondition, podHealth, reasons } from "@multigres/status-kit";
import type { DataPlane, Primary, ReadDataPlane } from "./data-plane.ts";
import { laggardsOf, type PodRoles, podRolesOf } from "./pod-roles.ts";

/** What a Shard tells of its data plane. */
export interface DataPlaneReport {
  readonly primaryElected: ConditionDraft;
  /** Set while pods are ready and haven't followed for too long. */
  readonly followersLagging: ConditionDraft | undefined;
  /** Names of these pods. */
  readonly laggards: readonly string[];
  readonly status: Pick<ShardStatus, "primaryCell" | "primaryPod" | "servingWrites" | "podRoles">;
  readonly events: readonly EventDraft[];
  /** It is about to become something else, so it is worth asking often. Not so what may stay as it is for ever. */
  readonly isChanging: boolean;
  /** Set while pods may become overdue followers without anything else happening. */
  readonly lookAgainAfterMs: number | undefined;
}

export interface Situation {
  readonly shard: Shard;
  readonly pods: readonly V1Pod[];
  /** The pods that are ready are enough for an election. */
  readonly canElect: boolean;
}

export function dataPlaneReport(dataPlane: DataPlane, situation: Situation, now: Date): DataPlaneReport {
  if (dataPlane.state === "read") return reportOf(dataPlane, situation, now);
  const kept = dataPlane.isPending ? lastReport(situation, now) : undefined;
  return (
    kept ?? {
      primaryElected: elected("Unknown", reasons.primaryUnknown, dataPlane.why),
      followersLagging: undefined,
      laggards: [],
      status: { servingWrites: "Unknown" },
      events: [],
      isChanging: dataPlane.isPending,
      lookAgainAfterMs: undefined,
    }
  );
}

function reportOf(dataPlane: ReadDataPlane, { shard, canElect }: Situation, now: Date): DataPlaneReport {
  const { primary, servingWrites, roles } = dataPlane;
  if (primary === undefined) {
    return {
      primaryElected: elected("False", reasons.noPrimary, noPrimaryMessage(dataPlane)),
      followersLagging: undefined,
      laggards: [],
      status: { servingWrites },
      events: [],
      isChanging: canElect,
      lookAgainAfterMs: undefined,
    };
  }
  const podRoles = podRolesOf(roles, shard.status?.podRoles, now);
  const lagging = laggingReport(podRoles, now);
  return {
    ...lagging,
    primaryElected: elected("True", reasons.primaryElected, primaryMessage(dataPlane, primary)),
    status: { primaryCell: primary.cell, primaryPod: primary.podName, servingWrites, podRoles },
    isChanging: servingWrites !== "True" || lagging.lookAgainAfterMs !== undefined,
  };
}

/** Poolers register when they start, and not again when the topology has lost them. */
function noPrimaryMessage({ unregistered }: ReadDataPlane): string {
  if (unregistered.length === 0) return "No pod of the shard is the primary";
  return `No pod that is registered in the topology is the primary; ${podsAre(unregistered)} ready but not registered: see docs/runbooks/etcd-members.md`;
}

function primaryMessage({ servingWrites }: ReadDataPlane, { podName, cell, ready }: Primary): string {
  const primary = `Pod ${podName} in cell ${cell} is the primary`;
  if (!ready) return `${primary}, its database doesn't accept connections`;
  return servingWrites === "False" ? `${primary}, too few followers are connected for a commit` : primary;
}

/**
 * Each change of a pod makes another reading necessary. Until it has ended, in seconds, the last one stands, unless it
 * speaks of a primary whose pod isn't ready any more.
 */
function lastReport({ shard: { status = {} }, pods }: Situation, now: Date): DataPlaneReport | undefined {
  const before = findCondition(status.conditions, conditionTypes.primaryElected);
  if (before === undefined) return undefined;
  const ready = new Set(pods.filter((pod) => podHealth(pod).ready).map(({ metadata }) => metadata?.name));
  if (before.status === "True" && !ready.has(status.primaryPod)) return undefined;
  const { primaryCell, primaryPod, servingWrites, podRoles } = status;
  const roles = podRoles?.filter(({ name }) => ready.has(name));
  return {
    ...laggingReport(roles ?? [], now),
    primaryElected: elected(before.status, before.reason ?? reasons.primaryUnknown, before.message ?? ""),
    status: {
      ...(primaryCell !== undefined && { primaryCell }),
      ...(primaryPod !== undefined && { primaryPod }),
      servingWrites: servingWrites ?? "Unknown",
      ...(roles !== undefined && { podRoles: roles }),
    },
    isChanging: true,
  };
}

function laggingReport(
  roles: PodRoles,
  now: Date,
): Pick<DataPlaneReport, "followersLagging" | "laggards" | "events" | "lookAgainAfterMs"> {
  const { overdue, nextAfterMs } = laggardsOf(roles, now);
  if (overdue.length === 0)
    return { followersLagging: undefined, laggards: [], events: [], lookAgainAfterMs: nextAfterMs };
  const dont = overdue.length === 1 ? "doesn't" : "don't";
  const message = `${podsAre(overdue)} ready but ${dont} follow the primary: see docs/runbooks/followers-lagging.md`;
  const { followersLagging: type } = conditionTypes;
  return {
    followersLagging: { type, status: "True", reason: reasons.podsNotFollowing, message },
    laggards: overdue,
    events: [{ type: "Warning", reason: reasons.podsNotFollowing, action: "Observe", note: message }],
    lookAgainAfterMs: nextAfterMs,
  };
}

function podsAre(names: readonly string[]): string {
  return names.length === 1 ? `Pod ${names[0]} is` : `Pods ${names.join(", ")} are`;
}

function elected(status: ConditionDraft["status"], reason: string, message: string): ConditionDraft {
  return { type: conditionTypes.primaryElected, status, reason, message };
}
