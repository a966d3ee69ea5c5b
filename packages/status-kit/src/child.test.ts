import type { Condition, ConditionStatus } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import { type Child, childHealth } from "./child.ts";

const expectation = { kind: "Cell", name: "demo-z1" };

interface ChildOptions {
  readonly generation?: number;
  readonly observedGeneration?: number;
  readonly deletionTimestamp?: string;
  readonly conditions?: readonly Condition[];
}

/** A child that is available and at rest. */
function aChild({
  generation = 3,
  observedGeneration = 3,
  deletionTimestamp,
  conditions = [aCondition("Available", "True"), aCondition("Progressing", "False")],
}: ChildOptions = {}): Child {
  return {
    kind: "Cell",
    metadata: { name: "demo-z1", generation, deletionTimestamp },
    status: { observedGeneration, conditions },
  };
}

function aCondition(type: string, status: ConditionStatus, overrides: Partial<Condition> = {}): Condition {
  return { type, status, reason: `Why${type}`, message: `about ${type}`, observedGeneration: 3, ...overrides };
}

describe("childHealth", () => {
  test("a child that says so is available and at rest", () => {
    expect(childHealth(expectation, aChild())).toEqual({
      name: "demo-z1",
      observed: true,
      available: "True",
      progressing: false,
      reasons: { available: "WhyAvailable", progressing: "WhyProgressing" },
      stalled: undefined,
      message: undefined,
    });
  });

  test.each<[string, Child | undefined, ConditionStatus, string, string]>([
    ["doesn't exist", undefined, "False", "NotCreatedYet", "Cell demo-z1 doesn't exist yet"],
    [
      "is being deleted",
      aChild({ deletionTimestamp: "2026-01-01T00:00:00Z" }),
      "Unknown",
      "ChildrenNotObserved",
      "Cell demo-z1 is being deleted",
    ],
    [
      "has observed an older spec",
      aChild({ observedGeneration: 2 }),
      "Unknown",
      "ChildrenNotObserved",
      "Cell demo-z1 hasn't observed its current spec yet",
    ],
    [
      "has no status",
      { ...aChild(), status: undefined },
      "Unknown",
      "ChildrenNotObserved",
      "Cell demo-z1 hasn't observed its current spec yet",
    ],
    [
      "has conditions and never said of which spec",
      { ...aChild(), status: { conditions: aChild().status?.conditions } },
      "Unknown",
      "ChildrenNotObserved",
      "Cell demo-z1 hasn't observed its current spec yet",
    ],
  ])("a child that %s counts for nothing, whatever its conditions say", (_, child, available, reason, message) => {
    expect(childHealth(expectation, child)).toEqual({
      name: "demo-z1",
      observed: false,
      available,
      progressing: true,
      reasons: { available: reason, progressing: reason },
      message,
    });
  });

  test.each<[string, readonly Condition[], ConditionStatus, boolean, string | undefined]>([
    [
      "available but progressing",
      [aCondition("Available", "True"), aCondition("Progressing", "True")],
      "True",
      true,
      "Cell demo-z1: about Progressing",
    ],
    [
      "available and not known to be at rest",
      [aCondition("Available", "True"), aCondition("Progressing", "Unknown")],
      "True",
      true,
      "Cell demo-z1: about Progressing",
    ],
    [
      "unavailable: that is worse than progressing",
      [aCondition("Available", "False"), aCondition("Progressing", "True")],
      "False",
      true,
      "Cell demo-z1: about Available",
    ],
    [
      "unavailable and at rest",
      [aCondition("Available", "False"), aCondition("Progressing", "False")],
      "False",
      false,
      "Cell demo-z1: about Available",
    ],
    [
      "of unknown availability",
      [aCondition("Available", "Unknown"), aCondition("Progressing", "False")],
      "Unknown",
      false,
      "Cell demo-z1: about Available",
    ],
    ["silent", [], "Unknown", true, "Cell demo-z1 doesn't say whether it is available"],
    [
      "silent about its progress",
      [aCondition("Available", "True")],
      "True",
      true,
      "Cell demo-z1 doesn't say whether it still changes",
    ],
    [
      "available by a condition of an older spec",
      [aCondition("Available", "True", { observedGeneration: 2 }), aCondition("Progressing", "False")],
      "Unknown",
      false,
      "Cell demo-z1 doesn't say whether it is available",
    ],
    [
      "at rest by a condition of an older spec",
      [aCondition("Available", "True"), aCondition("Progressing", "False", { observedGeneration: 2 })],
      "True",
      true,
      "Cell demo-z1 doesn't say whether it still changes",
    ],
    [
      "described as in the spec's examples, by type and status only",
      [
        { type: "Available", status: "True" },
        { type: "Progressing", status: "False" },
      ],
      "True",
      false,
      undefined,
    ],
    [
      "without a message",
      [aCondition("Available", "False", { message: "" })],
      "False",
      true,
      "Cell demo-z1: WhyAvailable",
    ],
    [
      "without message and reason",
      [{ type: "Available", status: "False" }],
      "False",
      true,
      "Cell demo-z1: no reason given",
    ],
  ])("a child that is %s", (_, conditions, available, progressing, message) => {
    expect(childHealth(expectation, aChild({ conditions }))).toMatchObject({
      observed: true,
      available,
      progressing,
      message,
      stalled: undefined,
    });
  });

  test.each<[string, Partial<Condition>, { reason: string; message: string } | undefined]>([
    [
      "Stalled=True reaches the parent with the child's name",
      {},
      { reason: "WhyStalled", message: "Cell demo-z1: about Stalled" },
    ],
    ["Stalled=False is none", { status: "False" }, undefined],
    ["Stalled=Unknown is none", { status: "Unknown" }, undefined],
    ["an older spec's is none", { observedGeneration: 2 }, undefined],
    [
      "one without words still has a reason",
      { reason: undefined, message: undefined },
      { reason: "ComponentsUnavailable", message: "Cell demo-z1: no reason given" },
    ],
  ])("%s", (_, overrides, stalled) => {
    const conditions = [...(aChild().status?.conditions ?? []), aCondition("Stalled", "True", overrides)];
    expect(childHealth(expectation, aChild({ conditions })).stalled).toEqual(stalled);
  });
});
