import { describe, expect, it } from "vitest";
import { contentOf, StatusPace } from "./status-pace.ts";
import { ManualClock } from "./testing/manual-clock.ts";

function paced() {
  const clock = new ManualClock();
  return { clock, pace: new StatusPace(clock, { briefMs: 100, longMs: 600 }) };
}

describe("details of a status", () => {
  it("may be written at once when nothing was written yet, as after a restart", () => {
    expect(paced().pace.waitMs("u")).toBeLessThanOrEqual(0);
  });

  it("wait since the last write, each object for itself", async () => {
    const { clock, pace } = paced();
    pace.wrote("u", "generation");
    expect(pace.waitMs("u")).toBe(100);
    expect(pace.waitMs("other")).toBeLessThanOrEqual(0);
    await clock.advance(60);
    expect(pace.waitMs("u")).toBe(40);
  });

  it("wait longer while they keep changing, whatever else is written in between", async () => {
    const { clock, pace } = paced();
    pace.wrote("u", "generation");
    await clock.advance(100);
    pace.wrote("u", "details");
    expect(pace.waitMs("u")).toBe(600);
    await clock.advance(10);
    pace.wrote("u", "truth");
    expect(pace.waitMs("u")).toBe(600);
  });

  it.each([
    ["after somebody changed the spec", 10, "generation"],
    ["after a quiet time", 601, "details"],
  ] as const)("wait briefly again %s", async (_name, ms, content) => {
    const { clock, pace } = paced();
    pace.wrote("u", "generation");
    pace.wrote("u", "details");
    await clock.advance(ms);
    pace.wrote("u", content);
    expect(pace.waitMs("u")).toBe(100);
  });

  it("are forgotten with the object", () => {
    const { pace } = paced();
    pace.wrote("u", "generation");
    pace.forget("u");
    expect(pace.waitMs("u")).toBeLessThanOrEqual(0);
  });
});

describe("the content of a status", () => {
  const status = (Available: string, more: object = {}) => ({
    observedGeneration: 1,
    conditions: [
      { type: "Available", status: Available, reason: "R", message: "m" },
      { type: "Progressing", status: "True" },
    ],
    ...more,
  });

  it.each([
    ["generation", "the first status", undefined, status("False")],
    ["generation", "a status of another generation", status("True"), status("True", { observedGeneration: 2 })],
    ["generation", "a status without conditions", { phase: "a" }, { phase: "b" }],
    ["truth", "what gets available", status("False"), status("True")],
    ["truth", "what was available and isn't known to be any more", status("True"), status("Unknown")],
    [
      "truth",
      "a condition that wasn't there",
      status("True", { conditions: [{ type: "Available", status: "True" }] }),
      status("True"),
    ],
    ["details", "a count", status("False"), status("False", { readyPods: 3 })],
    ["details", "False instead of Unknown", status("Unknown"), status("False")],
    [
      "details",
      "another order of conditions",
      status("True"),
      status("True", { conditions: [...status("True").conditions].reverse() }),
    ],
    [
      "details",
      "a reason or message",
      status("False", { conditions: [{ type: "Available", status: "False", reason: "A", message: "a" }] }),
      status("False", { conditions: [{ type: "Available", status: "False", reason: "B", message: "b" }] }),
    ],
  ])("is %s for %s", (content, _name, before, after) => {
    expect(contentOf(before, after)).toBe(content);
  });
});
