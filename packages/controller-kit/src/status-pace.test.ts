import { describe, expect, it } from "vitest";
import type { StatusContent } from "./status-content.ts";
import { StatusPace } from "./status-pace.ts";
import type { StatusPhase } from "./status-phase.ts";
import { ManualClock } from "./testing/manual-clock.ts";

function paced() {
  const clock = new ManualClock();
  const pace = new StatusPace(clock, { comingUp: [200, 5000], completing: [3000], known: [100, 600, 900] });
  const wrote = (content: StatusContent, phase: StatusPhase = "known") => pace.wrote("u", content, phase);
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

  it("of what comes up for the first time wait longest, less while it completes, and briefly again once all is there", async () => {
    const { clock, pace, wrote } = paced();
    const waits: number[] = [];
    for (const [content, phase] of [
      ["generation", "comingUp"],
      ["details", "comingUp"],
      ["truth", "completing"],
      ["details", "completing"],
      ["truth", "known"],
      ["details", "known"],
    ] as const) {
      wrote(content, phase);
      waits.push(pace.waitMs("u"));
      await clock.advance(pace.waitMs("u"));
    }
    expect(waits).toEqual([200, 5000, 3000, 3000, 100, 600]);
  });

  it("know the phase that was told last", () => {
    const { pace, wrote } = paced();
    const created = "2026-01-01T00:00:00Z";
    const conditions = [{ type: "Available", status: "False", reason: "PodsNotReady", lastTransitionTime: created }];
    const status = { conditions };
    expect(pace.phaseOf("u", created, status)).toBe("comingUp");
    wrote("truth", "known");
    expect(pace.phaseOf("u", created, status)).toBe("known");
    expect(pace.phaseOf("other", created, status)).toBe("comingUp");
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
