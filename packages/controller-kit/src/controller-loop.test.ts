import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { ControllerLoop } from "./controller-loop.ts";
import { ApiError } from "./errors.ts";
import { NotLeadingError } from "./leader-election.ts";
import { WorkQueue } from "./queue.ts";
import type { Reconcile } from "./reconciler.ts";
import { ManualClock, settle } from "./testing/manual-clock.ts";

function aLoop(reconcile: Reconcile, options: { workers?: number; timeoutMs?: number } = {}) {
  const clock = new ManualClock();
  const queue = new WorkQueue({ clock, random: () => 0 });
  const outcomes: string[] = [];
  const loop = new ControllerLoop({
    name: "test",
    queue,
    reconcile,
    clock,
    log: pino({ level: "silent" }),
    reconcileId: () => "id",
    observer: {
      started: () => {},
      finished: (outcome) => outcomes.push(outcome),
      panicked: () => outcomes.push("panic"),
      timedOut: () => outcomes.push("timeout"),
      conflicted: () => outcomes.push("conflict"),
    },
    ...options,
  });
  return { clock, queue, loop, outcomes };
}

const never = () => new Promise<never>(() => {});
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new ApiError({ code: 0, reason: "Aborted", message: "gave up" })));
  });

describe("ControllerLoop", () => {
  it("reconciles each key and counts successes", async () => {
    const seen: string[] = [];
    const { loop, queue, outcomes } = aLoop(async (key) => {
      seen.push(key);
      return { kind: "done" };
    });
    loop.start();
    queue.add("a/1");
    queue.add("a/2");
    await settle();
    expect(seen).toEqual(["a/1", "a/2"]);
    expect(outcomes).toEqual(["success", "success"]);
  });

  it("runs as many reconciles at a time as it has workers, and no key twice at a time", async () => {
    const running: string[] = [];
    const { loop, queue } = aLoop(
      (key) => {
        running.push(key);
        return never();
      },
      { workers: 2 },
    );
    loop.start();
    for (const key of ["a/1", "a/1", "a/2", "a/3"] as const) queue.add(key);
    await settle();
    queue.add("a/1");
    await settle();
    expect(running).toEqual(["a/1", "a/2"]);
  });

  it("goes on with other keys when one throws, and tries that one again later", async () => {
    const seen: string[] = [];
    const { loop, queue, clock, outcomes } = aLoop(async (key) => {
      seen.push(key);
      if (key === "a/bad" && seen.filter((one) => one === key).length < 3) throw new TypeError("fault");
      return { kind: "done" };
    });
    loop.start();
    queue.add("a/bad");
    queue.add("a/good");
    await settle();
    expect(seen).toEqual(["a/bad", "a/good"]);
    await clock.advance(1000);
    expect(seen).toEqual(["a/bad", "a/good", "a/bad", "a/bad"]);
    expect(outcomes).toEqual(["error", "panic", "success", "error", "panic", "success"]);
  });

  it("survives a reconcile that throws synchronously", async () => {
    const { loop, queue, outcomes } = aLoop(() => {
      throw new Error("at once");
    });
    loop.start();
    queue.add("a/1");
    await settle();
    expect(outcomes).toEqual(["error", "panic"]);
  });

  it("comes back after the time that a reconcile asked for", async () => {
    const reconcile = vi.fn<Reconcile>(async () => ({ kind: "after", ms: 5000 }));
    const { loop, queue, clock } = aLoop(reconcile);
    loop.start();
    queue.add("a/1");
    await clock.advance(4999);
    expect(reconcile).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(reconcile).toHaveBeenCalledTimes(2);
  });

  it.each([
    ["soon", 50],
    ["later", 2000],
  ] as const)("waits longer and longer for what should be tried again %s", async (retry, firstMs) => {
    const at: number[] = [];
    const { loop, queue, clock } = aLoop(async () => {
      at.push(clock.monotonic());
      return { kind: "again", retry, why: "x" };
    });
    loop.start();
    queue.add("a/1");
    await clock.advance(firstMs * 7);
    expect(at).toEqual([0, firstMs, firstMs * 3, firstMs * 7]);
    await clock.advance(600_000);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(Math.max(...gaps)).toBe(retry === "soon" ? 15_000 : 60_000);
  });

  it("aborts a reconcile that takes too long and tries it again", async () => {
    let runs = 0;
    const { loop, queue, clock, outcomes } = aLoop(
      (_key, { signal }) => {
        runs += 1;
        return untilAborted(signal);
      },
      { timeoutMs: 1000 },
    );
    loop.start();
    queue.add("a/1");
    await clock.advance(1000);
    expect(outcomes).toEqual(["error", "timeout"]);
    await clock.advance(100);
    expect(runs).toBe(2);
  });

  it("takes in nothing more once it stops, and waits for what is under way", async () => {
    let finish = () => {};
    const seen: string[] = [];
    const { loop, queue } = aLoop(
      async (key) => {
        seen.push(key);
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return { kind: "done" };
      },
      { workers: 1 },
    );
    loop.start();
    queue.add("a/1");
    queue.add("a/2");
    await settle();
    let stopped = false;
    const stop = loop.stop(10_000).then(() => {
      stopped = true;
    });
    await settle();
    expect(stopped).toBe(false);
    finish();
    await stop;
    expect(seen).toEqual(["a/1"]);
  });

  it("aborts what is still under way when the time to stop is over", async () => {
    const { loop, queue, clock, outcomes } = aLoop((_key, { signal }) => untilAborted(signal));
    loop.start();
    queue.add("a/1");
    await settle();
    let stopped = false;
    void loop.stop(5000).then(() => {
      stopped = true;
    });
    await clock.advance(4999);
    expect(stopped).toBe(false);
    await clock.advance(1);
    expect(stopped).toBe(true);
    expect(outcomes).toEqual(["error"]);
  });

  it("doesn't try again what ended because another process leads", async () => {
    const reconcile = vi.fn<Reconcile>(async () => {
      throw new NotLeadingError();
    });
    const { loop, queue, clock, outcomes } = aLoop(reconcile);
    loop.start();
    queue.add("a/1");
    await clock.advance(60_000);
    expect(reconcile).toHaveBeenCalledTimes(1);
    expect(outcomes).toEqual(["error"]);
  });

  it("counts a conflict that a reconcile ended with", async () => {
    const { loop, queue, outcomes } = aLoop(async () => {
      throw new ApiError({ code: 409, reason: "Conflict", message: "x" });
    });
    loop.start();
    queue.add("a/1");
    await settle();
    expect(outcomes).toEqual(["error", "conflict"]);
  });
});
