import { describe, expect, it } from "vitest";
import { contentOf, isComingUp, type StatusContent, StatusPace } from "./status-pace.ts";
import { ManualClock } from "./testing/manual-clock.ts";

function paced() {
  const clock = new ManualClock();
  const pace = new StatusPace(clock, { knownMs: [100, 600, 900], comingUpMs: [200, 5000] });
  const wrote = (content: StatusContent, comingUp = false) => pace.wrote("u", content, comingUp);
  return { clock, pace, wrote };
}

describe("details of a status", () => {
  it("may be written at once when nothing was written yet, as after a restart", () => {
    expect(paced().pace.waitMs("u")).toBeLessThanOrEqual(0);
  });

  it("wait since the last write, each object for itself", async () => {
    const { clock, pace, wrote } = paced();
    wrote("generation");
    expect(pace.waitMs("u")).toBe(100);
    expect(pace.waitMs("other")).toBeLessThanOrEqual(0);
    await clock.advance(60);
    expect(pace.waitMs("u")).toBe(40);
  });

  it("wait longer while they keep changing, up to a bound", async () => {
    const { clock, pace, wrote } = paced();
    const waits: number[] = [];
    for (const content of ["generation", "details", "details", "details", "truth"] as const) {
      wrote(content);
      waits.push(pace.waitMs("u"));
      await clock.advance(pace.waitMs("u"));
    }
    expect(waits).toEqual([100, 600, 900, 900, 900]);
  });

  it("of what comes up for the first time wait longest, and briefly again once it serves", async () => {
    const { clock, pace, wrote } = paced();
    wrote("generation", true);
    expect(pace.waitMs("u")).toBe(200);
    await clock.advance(200);
    wrote("details", true);
    expect(pace.waitMs("u")).toBe(5000);
    expect(pace.isKnown("u")).toBe(false);
    wrote("truth");
    expect(pace.waitMs("u")).toBe(600);
    expect(pace.isKnown("u"), "whatever becomes of it").toBe(true);
  });

  it.each([
    ["after somebody changed the spec", 10, "generation"],
    ["after a quiet time", 1201, "details"],
  ] as const)("wait briefly again %s", async (_name, ms, content) => {
    const { clock, pace, wrote } = paced();
    wrote("generation");
    wrote("details");
    await clock.advance(ms);
    wrote(content);
    expect(pace.waitMs("u")).toBe(100);
  });

  it("are forgotten with the object", () => {
    const { pace, wrote } = paced();
    wrote("generation");
    pace.forget("u");
    expect(pace.waitMs("u")).toBeLessThanOrEqual(0);
  });
});

describe("an object comes up for the first time", () => {
  const created = "2026-01-01T00:00:00Z";
  const available = (status: string, lastTransitionTime: string, reason = "PodsNotReady") => ({
    conditions: [{ type: "Available", status, reason, lastTransitionTime }],
  });
  it.each([
    ["while it has never been available", available("False", "2026-01-01T00:00:05Z"), true],
    ["not once it is", available("True", "2026-01-01T00:00:05Z"), false],
    ["not when it was before", available("False", "2026-01-01T02:00:00Z"), false],
    ["not while it is in trouble", available("False", "2026-01-01T00:00:05Z", "ImagePullBackOff"), false],
    [
      "not while something waits for a person",
      {
        conditions: [...available("False", "2026-01-01T00:00:05Z").conditions, { type: "Stalled", status: "True" }],
      },
      false,
    ],
    ["not when nothing is said of it", {}, false],
  ])("%s", (_, status, comingUp) => {
    expect(isComingUp(created, status)).toBe(comingUp);
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
    [
      "details",
      "a step that is done",
      status("False", { conditions: [{ type: "Registered", status: "Unknown", reason: "Registering" }] }),
      status("False", { conditions: [{ type: "Registered", status: "True", reason: "Registered" }] }),
    ],
    [
      "truth",
      "what stands in the way of a step",
      status("False", { conditions: [{ type: "Registered", status: "Unknown", reason: "Registering" }] }),
      status("False", { conditions: [{ type: "Registered", status: "False", reason: "TopologyConflict" }] }),
    ],
    ["details", "a count", status("False"), status("False", { readyPods: 3 })],
    ["details", "False instead of Unknown", status("Unknown"), status("False")],
    [
      "details",
      "another order of conditions",
      status("True"),
      status("True", { conditions: [...status("True").conditions].reverse() }),
    ],
  ])("is %s for %s", (content, _name, before, after) => {
    expect(contentOf(before, after, false)).toBe(content);
  });

  it.each([
    ["details", "another thing to wait for", "NotCreatedYet", "PodsNotReady"],
    ["details", "a message", "PodsNotReady", "PodsNotReady"],
    ["truth", "a trouble", "PodsNotReady", "ImagePullBackOff"],
    ["truth", "another trouble", "CrashLoopBackOff", "ImagePullBackOff"],
    ["truth", "the end of a trouble", "ImagePullBackOff", "PodsNotReady"],
  ])("is %s for %s", (content, _name, before, after) => {
    const because = (reason: string, message: string) =>
      status("False", { conditions: [{ type: "Available", status: "False", reason, message }] });
    expect(contentOf(because(before, "a"), because(after, "b"), false)).toBe(content);
  });

  it.each([
    ["truth", "has served", false],
    ["details", "comes up", true],
  ])("is %s for another three-valued field of what %s", (content, _name, comingUp) => {
    const says = (servingWrites: string) => status("False", { databases: { db: { servingWrites } } });
    expect(contentOf(says("True"), says("Unknown"), comingUp)).toBe(content);
  });
});
