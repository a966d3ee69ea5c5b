import type { ConditionStatus } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import { allOf, type PartHealth, partOfWorkload, stallOf, summaryOfParts } from "./part.ts";
import type { WorkloadHealth } from "./workload.ts";

/** A part that is well and at rest, unless told otherwise; what it says is named after it. */
function aPart(name: string, part: Partial<PartHealth> = {}): PartHealth {
  return {
    available: "True",
    progressing: false,
    reasons: { available: `${name}Down`, progressing: `${name}Moves` },
    message: `about ${name}`,
    ...part,
  };
}

const well = aPart("A", { message: undefined });
const whole = { healthy: "All is well.", removing: [] };

describe("summaryOfParts", () => {
  test("of parts that are well and at rest says so", () => {
    expect(summaryOfParts([well, well], whole)).toEqual({
      available: { status: "True", reason: "AllAvailable", message: "All is well." },
      progressing: { status: "False", reason: "Converged", message: "Everything is as the spec says." },
      stalled: undefined,
    });
    expect(summaryOfParts([], { ...whole, converged: "Done." }).progressing.message).toBe("Done.");
  });

  test("names every part that isn't available, with the reason of one that is down before one that is unknown", () => {
    const parts = [well, aPart("B", { available: "Unknown" }), aPart("C", { available: "False" })];
    expect(summaryOfParts(parts, whole).available).toEqual({
      status: "False",
      reason: "CDown",
      message: "about B; about C",
    });
    expect(summaryOfParts(parts.slice(0, 2), whole).available).toMatchObject({ status: "Unknown", reason: "BDown" });
  });

  test("names every part that progresses, with the reason of one that waits for a person first", () => {
    const stalled = { reason: "QuotaExceeded", message: "C: no room" };
    const parts = [aPart("B", { progressing: true }), well, aPart("C", { progressing: true, stalled })];
    const { progressing, available, stalled: person } = summaryOfParts(parts, whole);
    expect(progressing).toEqual({ status: "True", reason: "CMoves", message: "about B; about C" });
    expect(available.status).toBe("True");
    expect(person).toEqual(stalled);
    expect(summaryOfParts(parts.slice(0, 2), whole).progressing.reason).toBe("BMoves");
  });

  test("isn't converged while something unwanted is still there", () => {
    expect(summaryOfParts([well], { ...whole, removing: ["Cell z2 goes"] }).progressing).toEqual({
      status: "True",
      reason: "Removing",
      message: "Cell z2 goes",
    });
  });
});

test("stallOf takes the first reason and every message", () => {
  expect(stallOf([])).toBeUndefined();
  expect(
    stallOf([
      { reason: "Invalid", message: "a" },
      { reason: "Forbidden", message: "b" },
    ]),
  ).toEqual({ reason: "Invalid", message: "a; b" });
});

describe("partOfWorkload", () => {
  const starting: WorkloadHealth = {
    desired: 2,
    ready: 0,
    updated: 2,
    available: "False",
    progressing: true,
    reason: "WaitingForPods",
    troubles: [],
    messages: ["0 of 2 pods ready", "Pod a isn't ready"],
  };

  test("isn't available because its pods aren't ready, and progresses because it waits for them", () => {
    expect(partOfWorkload(starting)).toEqual({
      available: "False",
      progressing: true,
      reasons: { available: "PodsNotReady", progressing: "WaitingForPods" },
      message: "0 of 2 pods ready; Pod a isn't ready",
    });
  });

  test("gives the trouble of its pods as reason of both", () => {
    expect(partOfWorkload({ ...starting, reason: "CrashLoopBackOff" }).reasons).toEqual({
      available: "CrashLoopBackOff",
      progressing: "CrashLoopBackOff",
    });
  });

  test("has nothing to say when all is as wanted", () => {
    const settled = { ...starting, available: "True" as const, progressing: false, reason: "Converged", messages: [] };
    expect(partOfWorkload(settled).message).toBeUndefined();
  });
});

describe("allOf", () => {
  test.each<[ConditionStatus, readonly ConditionStatus[]]>([
    ["True", []],
    ["True", ["True", "True"]],
    ["False", ["True", "False"]],
    ["False", ["Unknown", "False"]],
    ["Unknown", ["True", "Unknown"]],
    ["Unknown", ["Unknown"]],
  ])("is %s for %j", (result, statuses) => {
    expect(allOf(statuses)).toBe(result);
  });
});
