import type { Condition, ConditionStatus } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import { type ConditionDraft, findCondition, setConditions, type Summary, summarize } from "./conditions.ts";

const now = new Date("2026-02-03T04:05:06.789Z");
const later = new Date("2026-02-03T05:00:00.000Z");

function draft(overrides: Partial<ConditionDraft> = {}): ConditionDraft {
  return {
    type: "Available",
    status: "True",
    reason: "AllAvailable",
    message: "All components are available.",
    ...overrides,
  };
}

describe("setConditions", () => {
  test("fills in all of metav1.Condition, the time in RFC 3339 with seconds", () => {
    expect(setConditions(undefined, [draft()], { generation: 4, now })).toEqual([
      {
        type: "Available",
        status: "True",
        reason: "AllAvailable",
        message: "All components are available.",
        observedGeneration: 4,
        lastTransitionTime: "2026-02-03T04:05:06Z",
      },
    ]);
  });

  test.each<[string, Partial<ConditionDraft>, number]>([
    ["the same facts", {}, 4],
    ["another reason and message", { reason: "QuorumReached", message: "2 of 3" }, 4],
    ["a newer generation", {}, 5],
  ])("%s keep the time of the last transition", (_, change, generation) => {
    const before = setConditions(undefined, [draft()], { generation: 4, now });
    const [after] = setConditions(before, [draft(change)], { generation, now: later });
    expect(after).toMatchObject({
      ...draft(change),
      observedGeneration: generation,
      lastTransitionTime: "2026-02-03T04:05:06Z",
    });
  });

  test.each<[ConditionStatus, ConditionStatus]>([
    ["True", "False"],
    ["True", "Unknown"],
    ["Unknown", "True"],
  ])("a change from %s to %s moves it", (from, to) => {
    const before = setConditions([], [draft({ status: from })], { generation: 4, now });
    const [after] = setConditions(before, [draft({ status: to })], { generation: 4, now: later });
    expect(after?.lastTransitionTime).toBe("2026-02-03T05:00:00Z");
  });

  test.each<[string, ConditionStatus, ConditionStatus]>([
    ["Available", "Unknown", "False"],
    ["Ready", "Unknown", "False"],
    ["Available", "True", "True"],
    ["PrimaryElected", "Unknown", "Unknown"],
  ])("%s=%s begins as %s", (type, status, first) => {
    expect(setConditions(undefined, [draft({ type, status })], { generation: 1, now })[0]?.status).toBe(first);
    expect(setConditions([], [draft({ type, status })], { generation: 1, now })[0]?.status).toBe(status);
  });

  test("a stored condition without a time gets one", () => {
    const stored: Condition[] = [{ type: "Available", status: "True" }];
    expect(setConditions(stored, [draft()], { generation: 4, now })[0]?.lastTransitionTime).toBe(
      "2026-02-03T04:05:06Z",
    );
  });

  test("the time of one type says nothing about another", () => {
    const before = setConditions(undefined, [draft({ type: "Ready" })], { generation: 4, now });
    expect(setConditions(before, [draft()], { generation: 4, now: later })[0]?.lastTransitionTime).toBe(
      "2026-02-03T05:00:00Z",
    );
  });

  test("types without a draft are dropped", () => {
    const before = setConditions(undefined, [draft(), draft({ type: "Paused" })], { generation: 4, now });
    const after = setConditions(before, [draft()], { generation: 4, now });
    expect(after.map(({ type }) => type)).toEqual(["Available"]);
  });

  test("the four that every kind has come first, the others by name, whatever the order of drafts", () => {
    const types = ["Registered", "Stalled", "NameConflict", "Ready", "Available", "Paused", "Progressing"];
    const sorted = ["Available", "Progressing", "Ready", "Stalled", "NameConflict", "Paused", "Registered"];
    for (const given of [types, types.toReversed()]) {
      const conditions = setConditions(
        undefined,
        given.map((type) => draft({ type })),
        { generation: 4, now },
      );
      expect(conditions.map(({ type }) => type)).toEqual(sorted);
    }
  });

  test("of two drafts of a type the last one counts, as the API server refuses both", () => {
    const drafts = [draft({ reason: "First" }), draft({ type: "Ready" }), draft({ reason: "Second" })];
    expect(setConditions(undefined, drafts, { generation: 4, now }).map(({ type, reason }) => [type, reason])).toEqual([
      ["Available", "Second"],
      ["Ready", "AllAvailable"],
    ]);
  });

  test("neither what was stored nor the drafts are changed", () => {
    const previous = Object.freeze([Object.freeze({ type: "Ready", status: "True" } as Condition)]);
    const drafts = Object.freeze([Object.freeze(draft({ type: "Stalled" })), Object.freeze(draft())]);
    expect(setConditions(previous, drafts, { generation: 4, now })).toHaveLength(2);
  });
});

describe("findCondition", () => {
  test("finds by type", () => {
    expect(findCondition([draft({ type: "Ready" }), draft()], "Available")).toEqual(draft());
    expect(findCondition([draft()], "Ready")).toBeUndefined();
    expect(findCondition(undefined, "Ready")).toBeUndefined();
  });
});

const stall = { reason: "TemplateNotFound", message: "ShardTemplate std doesn't exist" };

function summary(available: ConditionStatus, progressing: ConditionStatus, stalled?: Summary["stalled"]): Summary {
  return {
    available: { status: available, reason: "AboutAvailable", message: "about Available" },
    progressing: { status: progressing, reason: "AboutProgressing", message: "about Progressing" },
    stalled,
  };
}

/** What kstatus (Flux, kpt, kubectl plug-ins) makes of a custom resource whose generation was observed. */
function kstatus(drafts: readonly ConditionDraft[]): "Failed" | "InProgress" | "Current" {
  const status = (type: string) => drafts.find((condition) => condition.type === type)?.status;
  if (status("Reconciling") === "True") return "InProgress";
  if (status("Stalled") === "True") return "Failed";
  return status("Ready") === undefined || status("Ready") === "True" ? "Current" : "InProgress";
}

describe("summarize", () => {
  test.each<[ConditionStatus, ConditionStatus, boolean, ConditionStatus, string, ReturnType<typeof kstatus>]>([
    ["True", "False", false, "True", "AboutAvailable", "Current"],
    ["True", "True", false, "False", "AboutProgressing", "InProgress"],
    ["True", "Unknown", false, "False", "AboutProgressing", "InProgress"],
    ["False", "False", false, "False", "AboutAvailable", "InProgress"],
    ["False", "True", false, "False", "AboutAvailable", "InProgress"],
    ["Unknown", "False", false, "Unknown", "AboutAvailable", "InProgress"],
    ["Unknown", "True", false, "Unknown", "AboutAvailable", "InProgress"],
    ["True", "False", true, "False", "TemplateNotFound", "Failed"],
    ["True", "True", true, "False", "AboutProgressing", "Failed"],
    ["False", "True", true, "False", "AboutAvailable", "Failed"],
  ])(
    "Available %s, Progressing %s, stalled %s: Ready is %s because of %s, and kstatus reads %s",
    (available, progressing, isStalled, ready, reason, read) => {
      const drafts = summarize(summary(available, progressing, isStalled ? stall : undefined));
      expect(drafts.find(({ type }) => type === "Ready")).toMatchObject({ status: ready, reason });
      expect(kstatus(drafts)).toBe(read);
    },
  );

  test("Available and Progressing stand as they were stated", () => {
    const stated = summary("Unknown", "True");
    expect(summarize(stated)).toEqual(
      expect.arrayContaining([
        { type: "Available", ...stated.available },
        { type: "Progressing", ...stated.progressing },
      ]),
    );
  });

  test("Stalled says what to do, or that there is nothing to do", () => {
    const stalled = (given: Summary) => summarize(given).find(({ type }) => type === "Stalled");
    expect(stalled(summary("False", "True", stall))).toEqual({ type: "Stalled", status: "True", ...stall });
    expect(stalled(summary("True", "False"))).toEqual({
      type: "Stalled",
      status: "False",
      reason: "NothingToDo",
      message: "Nothing waits for a person.",
    });
  });

  test("every kind has the four types, each once, each with reason and message", () => {
    const drafts = summarize(summary("True", "False"));
    expect(drafts.map(({ type }) => type)).toEqual(["Available", "Progressing", "Ready", "Stalled"]);
    expect(drafts.every(({ reason, message }) => reason !== "" && message !== "")).toBe(true);
  });
});
