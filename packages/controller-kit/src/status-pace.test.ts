import { describe, expect, it } from "vitest";
import type { StatusContent } from "./status-content.ts";
import { StatusPace } from "./status-pace.ts";
import type { StatusPhase } from "./status-phase.ts";
import { ManualClock } from "./testing/manual-clock.ts";

function paced({ made = 200 } = {}) {
  const clock = new ManualClock();
  const pace = new StatusPace(clock, {
    storm: { writes: 4, within: 2_000, pause: 300 },
    coming: { calm: 200, made, most: 500 },
    known: [100, 600, 900],
  });
  const wrote = (content: StatusContent, phase: StatusPhase = "known") => pace.wrote("u", content, phase);
  const waitMs = (status: object = {}) => pace.waitMs("u", "details", status);
  const truthWaitMs = () => pace.waitMs("u", "truth", {});
  return { clock, pace, wrote, waitMs, truthWaitMs };
}

describe("details of a status", () => {
  it("may be written at once when nothing was written yet, as after a restart", () => {
    expect(paced().waitMs()).toBeLessThanOrEqual(0);
  });

  it("wait since the last write, each object for itself", async () => {
    const { clock, pace, wrote, waitMs } = paced();
    wrote("generation");
    expect(waitMs()).toBe(100);
    expect(pace.waitMs("other", "details", {})).toBeLessThanOrEqual(0);
    await clock.advance(60);
    expect(waitMs()).toBe(40);
  });

  it("wait longer while they keep changing, up to a bound", async () => {
    const { clock, wrote, waitMs } = paced();
    const waits: number[] = [];
    for (const content of ["generation", "details", "details", "details", "truth"] as const) {
      wrote(content);
      waits.push(waitMs());
      await clock.advance(waitMs());
    }
    expect(waits).toEqual([100, 600, 900, 900, 900]);
  });

  describe.each(["comingUp", "completing"] as const)("of what is %s", (phase) => {
    it("wait until they stay the same", async () => {
      const { clock, wrote, waitMs } = paced();
      wrote("generation", phase);
      expect(waitMs({ readyPods: 0 })).toBe(200);
      await clock.advance(150);
      expect(waitMs({ readyPods: 1 })).toBe(200);
      await clock.advance(150);
      expect(waitMs({ readyPods: 1 })).toBe(50);
      await clock.advance(50);
      expect(waitMs({ readyPods: 1 })).toBeLessThanOrEqual(0);
    });

    it("are told at last also while they go on changing", async () => {
      const { clock, wrote, waitMs } = paced();
      wrote("generation", phase);
      for (let readyPods = 0; readyPods < 4; readyPods++) {
        expect(waitMs({ readyPods })).toBe(Math.min(200, 500 - 100 * readyPods));
        await clock.advance(100);
      }
      await clock.advance(100);
      expect(waitMs({ readyPods: 9 })).toBeLessThanOrEqual(0);
    });

    it("stay the same when only times differ", async () => {
      const { clock, wrote, waitMs } = paced();
      const since = (lastTransitionTime: string) => ({ conditions: [{ type: "Registered", lastTransitionTime }] });
      wrote("generation", phase);
      waitMs(since("2026-01-01T00:00:00Z"));
      await clock.advance(150);
      expect(waitMs(since("2026-01-01T00:00:01Z"))).toBe(50);
    });
  });

  it.each([
    ["as long as for others while a child or its first status is missing", "NotCreatedYet", 200],
    ["less once all children have told theirs, which have waited themselves", "BelowQuorum", 50],
  ])("of what only relays statuses wait %s", (_name, reason, expected) => {
    const { wrote, waitMs } = paced({ made: 50 });
    wrote("generation", "comingUp");
    expect(waitMs({ conditions: [{ type: "Available", status: "False", reason }] })).toBe(expected);
  });

  it("wait briefly again once all is there", () => {
    const { wrote, waitMs } = paced();
    wrote("truth", "completing");
    wrote("truth");
    expect(waitMs()).toBe(100);
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
    const { clock, wrote, waitMs } = paced();
    wrote("generation");
    wrote("details");
    await clock.advance(ms);
    wrote(content);
    expect(waitMs()).toBe(100);
  });

  it("are forgotten with the object", () => {
    const { pace, wrote, waitMs } = paced();
    wrote("generation");
    pace.forget("u");
    expect(waitMs()).toBeLessThanOrEqual(0);
  });
});

describe("truths", () => {
  it("are told at once, until they come as a storm: then one after the other", async () => {
    const { clock, wrote, truthWaitMs } = paced();
    const waits: number[] = [];
    for (let write = 0; write < 7; write++) {
      waits.push(truthWaitMs());
      await clock.advance(Math.max(truthWaitMs(), 0));
      wrote("truth");
      await clock.advance(10);
    }
    expect(waits).toEqual([0, 0, 0, 0, 290, 290, 290]);
    await clock.advance(2_000);
    expect(truthWaitMs()).toBe(0);
  });

  it("of a new generation are never held back", () => {
    const { pace, wrote } = paced();
    for (let write = 0; write < 9; write++) wrote("truth");
    expect(pace.waitMs("u", "generation", {})).toBe(0);
  });
});
