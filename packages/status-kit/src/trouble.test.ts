import { describe, expect, test } from "vitest";
import { type Trouble, troubleReport } from "./trouble.ts";

const now = new Date("2026-11-20T10:00:00Z");

function secondsAgo(seconds: number): Date {
  return new Date(now.getTime() - seconds * 1000);
}

function report(...workloads: readonly (readonly Trouble[])[]) {
  return troubleReport(
    workloads.map((troubles) => ({ troubles })),
    now,
  );
}

const crash: Trouble = { reason: "CrashLoopBackOff", message: "Pod a-0 crashes" };
const unschedulable = (since?: Date): Trouble => ({ reason: "Unschedulable", message: "Pod a-1 finds no node", since });

describe("troubleReport", () => {
  test("tells what keeps pods from running at once, once for each workload", () => {
    expect(report([crash, { ...crash, message: "Pod a-2 crashes" }], [], [crash])).toEqual({
      events: [
        { type: "Warning", reason: "CrashLoopBackOff", action: "Observe", note: "Pod a-0 crashes" },
        { type: "Warning", reason: "CrashLoopBackOff", action: "Observe", note: "Pod a-0 crashes" },
      ],
      lookAgainAfterMs: undefined,
    });
  });

  test.each([
    ["just now", 0, 30_000],
    ["10 s ago", 10, 20_000],
    ["a moment ago by a clock that is ahead", -600, 30_000],
  ])("waits for a pod that the scheduler gave up on %s", (_, seconds, lookAgainAfterMs) => {
    expect(report([unschedulable(secondsAgo(seconds))])).toEqual({ events: [], lookAgainAfterMs });
  });

  test("tells of a pod that stays unschedulable, or of which nobody says since when it is", () => {
    for (const since of [secondsAgo(30), undefined]) {
      const { events, lookAgainAfterMs } = report([unschedulable(since)]);
      expect(events.map(({ reason }) => reason)).toEqual(["Unschedulable"]);
      expect(lookAgainAfterMs).toBeUndefined();
    }
  });

  test("isn't kept from telling of other trouble by a pod that waits, and looks again when the first is due", () => {
    const { events, lookAgainAfterMs } = report([unschedulable(secondsAgo(5)), crash], [unschedulable(secondsAgo(20))]);
    expect(events.map(({ note }) => note)).toEqual(["Pod a-0 crashes"]);
    expect(lookAgainAfterMs).toBe(10_000);
  });
});
