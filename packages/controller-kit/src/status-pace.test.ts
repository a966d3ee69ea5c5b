import { describe, expect, it } from "vitest";
import { isNews, StatusPace } from "./status-pace.ts";
import { ManualClock } from "./testing/manual-clock.ts";

const pace = { firstMs: 100, longestMs: 400 };

describe("details of a status", () => {
  it("may be written at once when nothing was written yet, as after a restart", () => {
    expect(new StatusPace(new ManualClock(), pace).waitMs("u")).toBeLessThanOrEqual(0);
  });

  it("wait for an interval since the last write, each object for itself", async () => {
    const clock = new ManualClock();
    const paced = new StatusPace(clock, pace);
    paced.wrote("u", true);
    expect(paced.waitMs("u")).toBe(100);
    expect(paced.waitMs("other")).toBeLessThanOrEqual(0);
    await clock.advance(60);
    expect(paced.waitMs("u")).toBe(40);
  });

  it("wait longer and longer while they keep changing, up to a bound", async () => {
    const clock = new ManualClock();
    const paced = new StatusPace(clock, pace);
    paced.wrote("u", true);
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      await clock.advance(paced.waitMs("u"));
      paced.wrote("u", false);
      waits.push(paced.waitMs("u"));
    }
    expect(waits).toEqual([200, 400, 400, 400]);
  });

  it("wait no longer for news in between, and briefly again after a quiet time", async () => {
    const clock = new ManualClock();
    const paced = new StatusPace(clock, pace);
    paced.wrote("u", true);
    await clock.advance(100);
    paced.wrote("u", false);
    paced.wrote("u", true);
    expect(paced.waitMs("u")).toBe(200);
    await clock.advance(401);
    paced.wrote("u", false);
    expect(paced.waitMs("u")).toBe(100);
  });

  it("are forgotten with the object", () => {
    const paced = new StatusPace(new ManualClock(), pace);
    paced.wrote("u", true);
    paced.forget("u");
    expect(paced.waitMs("u")).toBeLessThanOrEqual(0);
  });
});

describe("news", () => {
  const status = (Available: string, more: object = {}) => ({
    observedGeneration: 1,
    conditions: [
      { type: "Available", status: Available, reason: "R", message: "m" },
      { type: "Progressing", status: "True" },
    ],
    ...more,
  });

  it.each([
    ["the first status", undefined, status("False")],
    ["a status of another generation", status("True"), status("True", { observedGeneration: 2 })],
    ["what gets available", status("False"), status("True")],
    ["what was available and isn't known to be any more", status("True"), status("Unknown")],
    [
      "a condition that wasn't there",
      status("True", { conditions: [{ type: "Available", status: "True" }] }),
      status("True"),
    ],
    ["a status without conditions", { phase: "a" }, { phase: "b" }],
  ])("is %s", (_name, before, after) => {
    expect(isNews(before, after)).toBe(true);
  });

  it.each([
    ["a count", status("False"), status("False", { readyPods: 3 })],
    ["False instead of Unknown", status("Unknown"), status("False")],
    [
      "another order of conditions",
      status("True"),
      status("True", { conditions: [...status("True").conditions].reverse() }),
    ],
    [
      "a reason or message",
      status("False", { conditions: [{ type: "Available", status: "False", reason: "A", message: "a" }] }),
      status("False", { conditions: [{ type: "Available", status: "False", reason: "B", message: "b" }] }),
    ],
  ])("isn't %s", (_name, before, after) => {
    expect(isNews(before, after)).toBe(false);
  });
});
