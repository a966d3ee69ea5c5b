import { timeLeft } from "@multigres/status-kit";
import type { PodView, ShardView } from "./shard-view.ts";
import type { Wait } from "./step.ts";
import { timing } from "./timing.ts";

/** What is under way already: one pod at a time. */
export function inFlight({ pods, pools }: ShardView, kept: ReadonlyMap<string, number>): Wait | undefined {
  const leaving = pods.find((pod) => pod.leaving);
  if (leaving) return wait(`Pod ${leaving.name} is being deleted`);
  for (const { name, live } of pools) {
    const there = new Set(pods.filter(({ pool }) => pool === name).map(({ ordinal }) => ordinal));
    for (let ordinal = 0; ordinal < Math.min(live, kept.get(name) ?? 0); ordinal++) {
      if (!there.has(ordinal)) return wait(`Pod ${name}-${ordinal} doesn't exist`);
    }
  }
  return undefined;
}

/** Why none that serves may be taken: one of `others`, which are to stay, doesn't do its part yet. */
export function unsettled(view: ShardView, others: readonly PodView[], now: Date): Wait | undefined {
  const unready = others.find(({ ready }) => !ready);
  if (unready) return wait(unready.trouble ?? `Pod ${unready.name} isn't ready`);
  const cohort = cohortOf(view);
  if (cohort) {
    const outside = others.find(({ name }) => !cohort.has(name));
    return outside && wait(`Pod ${outside.name} is ready, but doesn't follow the primary yet`);
  }
  const waits = others.map((pod) => ({ pod, ms: timeLeft(pod.readySince, timing.blindMs, now) }));
  const youngest = waits.toSorted((a, b) => b.ms - a.ms)[0];
  if (youngest === undefined || youngest.ms <= 0) return undefined;
  return wait(
    `Pod ${youngest.pod.name} has been ready for less than ${timing.blindMs / 1000} s, and whether it is in the cohort can't be read`,
    youngest.ms,
  );
}

/**
 * Why the pod itself is left alone for now: while PostgreSQL is rewound or restored, as a former primary's is after a
 * switch-over, multipooler can't obey a SIGTERM. It waits out 30 s and leaves PostgreSQL to be killed.
 */
export function comingBack(view: ShardView, pod: PodView): Wait | undefined {
  const cohort = cohortOf(view);
  if (!pod.ready || pod.lagging || cohort === undefined || cohort.has(pod.name)) return undefined;
  return wait(`Pod ${pod.name} is ready, but doesn't follow the primary yet`);
}

/** Whether roles must be waited for: until they can be read, or it has been so for long that they won't be. */
export function rolesMissing({ roles, noPrimarySince }: ShardView, now: Date): Wait | undefined {
  if (roles.state === "read" && roles.primary !== undefined) return undefined;
  if (roles.state === "unknown" && roles.isPending) return wait(roles.why);
  const left = (since: Date | undefined, patienceMs: number) => timeLeft(since, patienceMs, now);
  const [ms, message] =
    roles.state === "read"
      ? [left(noPrimarySince, timing.noPrimaryMs), "The shard has no primary"]
      : [
          Math.max(left(noPrimarySince, timing.rolesUnknownMs), left(roles.since, timing.rolesUnknownMs)),
          `The primary isn't known: ${roles.why}`,
        ];
  return ms > 0 ? wait(message, ms) : undefined;
}

/** Names of the cohort's members; undefined where membership says nothing. */
function cohortOf({ roles }: ShardView): ReadonlySet<string> | undefined {
  if (roles.state === "unknown" || roles.primary === undefined || roles.cohort === undefined) return undefined;
  return new Set(roles.cohort);
}

export function wait(message: string, lookAgainAfterMs?: number): Wait {
  return { do: "wait", message, ...(lookAgainAfterMs !== undefined && { lookAgainAfterMs }) };
}
