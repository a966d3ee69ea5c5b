import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WorkQueue } from "./queue.ts";
import type { Key } from "./resource.ts";
import { ManualClock, settle } from "./testing/manual-clock.ts";

function aQueue(options: Partial<ConstructorParameters<typeof WorkQueue>[0]> = {}) {
  const clock = new ManualClock();
  return { clock, queue: new WorkQueue({ clock, random: () => 0, ...options }) };
}

/** Takes what is ready now. */
async function taken(queue: WorkQueue): Promise<Key[]> {
  const keys: Key[] = [];
  while (queue.depth > 0) {
    const key = await queue.next();
    if (key !== undefined) keys.push(key);
  }
  return keys;
}

describe("WorkQueue", () => {
  it("gives each added key once, in the order of adding", async () => {
    const { queue } = aQueue();
    for (const key of ["a/1", "a/2", "a/1", "a/3"] as const) queue.add(key);
    expect(await taken(queue)).toEqual(["a/1", "a/2", "a/3"]);
  });

  it("runs a key once more when it was added while a worker held it, and not before", async () => {
    const { queue } = aQueue();
    queue.add("a/1");
    await queue.next();
    queue.add("a/1");
    queue.add("a/1");
    expect(queue.depth).toBe(0);
    queue.done("a/1");
    expect(await taken(queue)).toEqual(["a/1"]);
    queue.done("a/1");
    expect(queue.depth).toBe(0);
  });

  it("hands a key to a worker that waits", async () => {
    const { queue } = aQueue();
    const waiting = queue.next();
    queue.add("a/1");
    expect(await waiting).toBe("a/1");
  });

  it("loses no key to a worker that stopped waiting", async () => {
    const { queue } = aQueue();
    const stop = new AbortController();
    const gone = queue.next(stop.signal);
    const waiting = queue.next();
    stop.abort();
    queue.add("a/1");
    expect(await gone).toBeUndefined();
    expect(await waiting).toBe("a/1");
  });

  it("keeps the earliest of several delays of one key", async () => {
    const { queue, clock } = aQueue();
    queue.addAfter("a/1", 500);
    queue.addAfter("a/1", 100);
    queue.addAfter("a/1", 300);
    await clock.advance(99);
    expect(queue.depth).toBe(0);
    await clock.advance(1);
    expect(await taken(queue)).toEqual(["a/1"]);
    queue.done("a/1");
    await clock.advance(1000);
    expect(queue.depth).toBe(0);
  });

  it("forgets a delay when the key runs earlier for another reason", async () => {
    const { queue, clock } = aQueue();
    queue.addAfter("a/1", 100);
    queue.add("a/1");
    await taken(queue);
    queue.done("a/1");
    await clock.advance(200);
    expect(queue.depth).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it("doubles a failing key's back-off up to its bound, with jitter downwards, until it succeeds", async () => {
    const { queue, clock } = aQueue({ backoff: { firstMs: 50, longestMs: 300 }, random: () => 0.5 });
    const waits: number[] = [];
    const measure = async () => {
      const from = clock.monotonic();
      queue.addRateLimited("a/1");
      while (queue.depth === 0) await clock.advance(5);
      waits.push(clock.monotonic() - from);
      await taken(queue);
      queue.done("a/1");
    };
    for (let failure = 0; failure < 5; failure++) await measure();
    queue.forget("a/1");
    await measure();
    expect(waits).toEqual([45, 90, 180, 270, 270, 45]);
  });

  it("runs a quiet key at once and makes one run of a burst of wakes", async () => {
    const { queue, clock } = aQueue({ batchMs: 100 });
    let runs = 0;
    const work = async () => {
      for (const key of await taken(queue)) {
        runs += 1;
        queue.done(key);
      }
    };
    queue.addBatched("a/1");
    await work();
    expect(runs).toBe(1);
    for (let wake = 0; wake < 9; wake++) {
      await clock.advance(10);
      queue.addBatched("a/1");
      await work();
    }
    expect(runs).toBe(1);
    await clock.advance(10);
    await work();
    expect(runs).toBe(2);
  });

  it("collects longer while wakes keep coming, and is quick again after a pause", async () => {
    const { queue, clock } = aQueue({ batchMs: 100, maxBatchMs: 400 });
    const runs: number[] = [];
    for (let at = 0; at < 3000; at += 20) {
      queue.addBatched("a/1");
      for (const key of await taken(queue)) {
        runs.push(at);
        queue.done(key);
      }
      await clock.advance(20);
    }
    expect(runs.slice(0, 6)).toEqual([0, 100, 300, 700, 1100, 1500]);
    await clock.advance(1000);
    await taken(queue);
    queue.done("a/1");
    await clock.advance(1000);
    queue.addBatched("a/1");
    expect(queue.depth).toBe(1);
  });

  it("lets a direct add overtake the collecting of wakes", async () => {
    const { queue } = aQueue();
    queue.addBatched("a/1");
    await taken(queue);
    queue.done("a/1");
    queue.addBatched("a/1");
    expect(queue.depth).toBe(0);
    queue.add("a/1");
    expect(queue.depth).toBe(1);
  });

  it("gives nothing after it is closed, and frees its timers", async () => {
    const { queue, clock } = aQueue();
    const waiting = queue.next();
    queue.addAfter("a/1", 10);
    queue.close();
    queue.add("a/2");
    expect(await waiting).toBeUndefined();
    expect(await queue.next()).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });
});

/** What must be true of any history, whatever the order of calls: one holder per key, and no add without a later run. */
describe("WorkQueue under any history", () => {
  const key = fc.constantFrom<Key>("a/1", "a/2", "a/3");
  const step = fc.oneof(
    fc.record({ call: fc.constant("add" as const), key }),
    fc.record({ call: fc.constant("addAfter" as const), key, ms: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ call: fc.constant("addRateLimited" as const), key }),
    fc.record({ call: fc.constant("addBatched" as const), key }),
    fc.record({ call: fc.constant("take" as const) }),
    fc.record({ call: fc.constant("done" as const), key }),
    fc.record({ call: fc.constant("advance" as const), ms: fc.integer({ min: 1, max: 80 }) }),
  );

  it("never gives a held key and owes a run to each add until one begins", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { queue, clock } = aQueue();
        const held = new Set<Key>();
        /** Keys added since their last run began. */
        const owed = new Set<Key>();
        const take = async () => {
          const got = await queue.next();
          if (got === undefined) throw new Error("nothing was given although the queue has work");
          expect(held.has(got)).toBe(false);
          expect(owed.has(got)).toBe(true);
          owed.delete(got);
          held.add(got);
        };
        for (const action of steps) {
          switch (action.call) {
            case "add":
            case "addRateLimited":
            case "addBatched":
              queue[action.call](action.key);
              owed.add(action.key);
              break;
            case "addAfter":
              queue.addAfter(action.key, action.ms);
              owed.add(action.key);
              break;
            case "take":
              if (queue.depth > 0) await take();
              break;
            case "done":
              if (held.delete(action.key)) queue.done(action.key);
              break;
            case "advance":
              await clock.advance(action.ms);
              break;
          }
        }
        for (const one of held) queue.done(one);
        held.clear();
        await clock.advance(600_000);
        while (queue.depth > 0) await take();
        expect([...owed]).toEqual([]);
        await settle();
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
