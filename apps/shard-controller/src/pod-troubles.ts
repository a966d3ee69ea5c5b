import type { Shard } from "@multigres/api-types";
import type { EventDraft } from "@multigres/controller-kit";
import { conditionTypes, findCondition } from "@multigres/status-kit";
import type { PoolHealth } from "./pool-health.ts";

export interface PodTroubles {
  /** One for each pool whose pods can't run. */
  readonly events: readonly EventDraft[];
  /** Set while something isn't worth an Event yet. */
  readonly lookAgainAfterMs: number | undefined;
}

/** Every new pod is unschedulable until its volumes are bound; only one that stays so is worth an Event. */
const bindingTimeMs = 30_000;

export function podTroubles(shard: Shard, pools: readonly PoolHealth[], now: Date): PodTroubles {
  const left = pools.some(isUnschedulable) ? bindingTimeMs - progressingMs(shard, now) : 0;
  const told = pools.filter((pool) => left <= 0 || !isUnschedulable(pool));
  return {
    events: told.flatMap(({ trouble }): EventDraft[] =>
      trouble ? [{ type: "Warning", reason: trouble.reason, action: "Observe", note: trouble.message }] : [],
    ),
    lookAgainAfterMs: left > 0 ? left : undefined,
  };
}

function isUnschedulable({ trouble }: PoolHealth): boolean {
  return trouble?.reason === "Unschedulable";
}

function progressingMs({ status }: Shard, now: Date): number {
  const progressing = findCondition(status?.conditions, conditionTypes.progressing);
  if (progressing?.status !== "True" || progressing.lastTransitionTime === undefined) return 0;
  return now.getTime() - Date.parse(progressing.lastTransitionTime);
}
