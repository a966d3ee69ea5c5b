import type { V1Pod } from "@kubernetes/client-node";
import type { Cell } from "@multigres/api-types";
import { conditionTypes, findCondition } from "@multigres/status-kit";
import type { Registration } from "./registration.ts";

/**
 * Gateways that exited because the topology didn't know their cell, and now wait for minutes though it does: a new pod
 * starts at once. Only pods from before the cell became registered, so that none is replaced twice for another trouble.
 */
export function stuckGateways(cell: Cell, registration: Registration, pods: readonly V1Pod[], now: Date): V1Pod[] {
  if (!registration.wanted || registration.whole.state !== "done") return [];
  const before = findCondition(cell.status?.conditions, conditionTypes.registered);
  const registeredSince = before?.status === "True" ? Date.parse(before.lastTransitionTime ?? "") : now.getTime();
  return pods.filter(({ metadata, status }) => {
    if (metadata?.deletionTimestamp !== undefined || metadata?.creationTimestamp === undefined) return false;
    return (
      new Date(metadata.creationTimestamp).getTime() < registeredSince &&
      status?.containerStatuses?.some(({ state }) => state?.waiting?.reason === "CrashLoopBackOff")
    );
  });
}
