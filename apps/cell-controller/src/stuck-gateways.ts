import type { V1Pod } from "@kubernetes/client-node";
import type { Cell } from "@multigres/api-types";
import { conditionTypes, findCondition } from "@multigres/status-kit";
import type { Registration } from "./registration.ts";

export interface StuckGateways {
  readonly pods: readonly V1Pod[];
  /** Since when the cell is registered isn't told yet: its status is on the way, and waking for that would be nobody's. */
  readonly lookAgainAfterMs?: number;
}

/**
 * Gateways that exited because the topology didn't know their cell, and now wait for minutes though it does: a new pod
 * starts at once. Only pods from before the cell became registered, so that none is replaced twice for another trouble.
 */
export function stuckGateways(cell: Cell, registration: Registration, pods: readonly V1Pod[]): StuckGateways {
  if (!registration.wanted || registration.whole.state !== "done") return { pods: [] };
  const waiting = pods.filter(({ metadata, status }) => {
    if (metadata?.deletionTimestamp !== undefined || metadata?.creationTimestamp === undefined) return false;
    return status?.containerStatuses?.some(({ state }) => state?.waiting?.reason === "CrashLoopBackOff");
  });
  if (waiting.length === 0) return { pods: [] };
  const registered = findCondition(cell.status?.conditions, conditionTypes.registered);
  if (registered?.status !== "True") return { pods: [], lookAgainAfterMs: 1_000 };
  const since = Date.parse(registered.lastTransitionTime ?? "");
  return { pods: waiting.filter(({ metadata }) => new Date(metadata?.creationTimestamp ?? "").getTime() < since) };
}
