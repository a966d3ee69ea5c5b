import type { V1Pod } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { reconcile } from "./reconcile.ts";
import {
  aPod,
  aPool,
  aShard,
  allOf,
  crashing,
  nothingOf,
  notReady,
  now,
  poolName,
  settled,
  unschedulable,
} from "./testing/builders.ts";

describe("trouble of pods", () => {
  const pool = aPool();

  /** The first pod of the first pool is in trouble, in a Shard that has been progressing for `seconds`. */
  function planWith(trouble: Partial<V1Pod>, seconds?: number) {
    const lastTransitionTime = new Date(now.getTime() - (seconds ?? 0) * 1000).toISOString();
    const conditions = [{ type: "Progressing", status: "True" as const, lastTransitionTime }];
    const shard = { ...aShard(), ...(seconds === undefined ? {} : { status: { conditions } }) };
    const observed = allOf(shard);
    const pods = [aPod(shard, pool, 0, trouble), ...observed.pods.slice(1)];
    const [first, ...others] = observed.statefulSets;
    const noticed = first ? [settled(first, { readyReplicas: 2 })] : [];
    return reconcile({ ...observed, pods, statefulSets: [...noticed, ...others] }, { now });
  }

  test("that can't run is told at once, naming pod and container", () => {
    const { events, requeueAfterMs } = planWith(crashing);
    expect(events).toEqual([
      {
        type: "Warning",
        reason: "CrashLoopBackOff",
        action: "Observe",
        note: `Pod ${poolName(aShard(), pool)}-0, container postgres: CrashLoopBackOff (back-off 5m0s)`,
      },
    ]);
    expect(requeueAfterMs).toBeUndefined();
  });

  test("that merely start isn't told", () => {
    expect(planWith(notReady).events).toEqual([]);
    expect(reconcile(nothingOf(aShard()), { now }).events).toEqual([]);
  });

  test.each([
    ["in a new Shard", undefined, 30_000],
    ["in a Shard that changed 10 s ago", 10, 20_000],
  ])("that wait for their volumes isn't told yet %s", (_, seconds, requeueAfterMs) => {
    expect(planWith(unschedulable, seconds)).toMatchObject({ events: [], requeueAfterMs });
  });

  test("that stay unschedulable is told", () => {
    const { events, requeueAfterMs } = planWith(unschedulable, 30);
    expect(events.map(({ type, reason }) => [type, reason])).toEqual([["Warning", "Unschedulable"]]);
    expect(requeueAfterMs).toBeUndefined();
  });
});
