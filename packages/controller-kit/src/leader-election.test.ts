import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { ApiError } from "./errors.ts";
import { LeaderElector, type LeaseWatch, NotLeadingError } from "./leader-election.ts";
import { type Lease, leaseKind } from "./lease.ts";
import { ManualClock, settle } from "./testing/manual-clock.ts";
import { MemoryApi } from "./testing/memory-api.ts";

const lease = { namespace: "system", name: "multigres-test" };
const key = "system/multigres-test" as const;
const down = new ApiError({ code: 0, reason: "NetworkError", message: "down" });

/** A watch that tells what the test tells it to. */
class ManualWatch implements LeaseWatch {
  live = true;
  tell: (lease: Lease | undefined) => void = () => {};
  readonly isLive = () => this.live;
  readonly subscribe = (onChange: (lease: Lease | undefined) => void) => {
    this.tell = onChange;
  };
}

function aCandidate(api: MemoryApi, clock: ManualClock, identity: string, watch?: LeaseWatch) {
  const log: string[] = [];
  const elector = new LeaderElector({
    client: api,
    clock,
    random: () => 0,
    log: pino({ level: "silent" }),
    lease,
    identity,
    ...(watch && { watch }),
    onLeading: () => log.push("leading"),
    onLost: () => log.push("lost"),
  });
  return { elector, log };
}

const holder = (api: MemoryApi) => api.peek(leaseKind, key)?.spec?.holderIdentity;

describe("LeaderElector", () => {
  it("leads at once where there is no Lease, and renews it", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { elector, log } = aCandidate(api, clock, "a");
    elector.start();
    await settle();
    expect(log).toEqual(["leading"]);
    expect(() => elector.assertLeading()).not.toThrow();
    await clock.advance(60_000);
    expect(elector.isLeading).toBe(true);
    expect(holder(api)).toBe("a");
    const reads = api.calls.filter(({ verb }) => verb === "get");
    expect(reads).toHaveLength(1);
  });

  it("writes times with six fraction digits", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    aCandidate(api, clock, "a").elector.start();
    await settle();
    expect(api.peek(leaseKind, key)?.spec?.renewTime).toBe("2026-01-01T00:00:00.000000Z");
  });

  it("lets one of two lead, and the other only after the first has been silent for the lease's duration", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const a = aCandidate(api, clock, "a");
    const b = aCandidate(api, clock, "b");
    a.elector.start();
    await settle();
    b.elector.start();
    await clock.advance(30_000);
    expect([a.log, b.log]).toEqual([["leading"], []]);
    const since = clock.monotonic();
    // The first can't write any more; the second can.
    const replace = api.replace.bind(api);
    api.replace = (kind, object) =>
      (object as Lease).spec?.holderIdentity === "a" ? Promise.reject(down) : replace(kind, object);
    while (b.log.length === 0) await clock.advance(500);
    expect(a.log).toEqual(["leading", "lost"]);
    expect(clock.monotonic() - since).toBeGreaterThan(13_000);
    expect(clock.monotonic() - since).toBeLessThan(20_000);
  });

  it("doesn't believe the clock of the holder, only how long it has seen nothing new", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    api.seed(leaseKind, {
      metadata: { ...lease },
      spec: { holderIdentity: "dead", leaseDurationSeconds: 15, renewTime: "1999-01-01T00:00:00.000000Z" },
    });
    const { elector, log } = aCandidate(api, clock, "b");
    elector.start();
    await clock.advance(14_000);
    expect(log).toEqual([]);
    await clock.advance(3_000);
    expect(log).toEqual(["leading"]);
    expect(api.peek(leaseKind, key)?.spec?.leaseTransitions).toBe(1);
  });

  it("hands over at once when the leader releases and the standby watches", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const watch = new ManualWatch();
    const a = aCandidate(api, clock, "a");
    const b = aCandidate(api, clock, "b", watch);
    a.elector.start();
    await settle();
    b.elector.start();
    await settle();
    watch.tell(api.peek(leaseKind, key));
    await settle();
    await a.elector.release();
    expect(holder(api)).toBe("");
    expect(api.peek(leaseKind, key)?.spec?.leaseDurationSeconds).toBe(1);
    watch.tell(api.peek(leaseKind, key));
    await settle();
    expect(b.log).toEqual(["leading"]);
    expect(a.log).toEqual(["leading"]);
    expect(a.elector.isLeading).toBe(false);
  });

  it("hands over within a retry period when the standby's watch is down", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const watch = new ManualWatch();
    watch.live = false;
    const a = aCandidate(api, clock, "a");
    const b = aCandidate(api, clock, "b", watch);
    a.elector.start();
    await settle();
    b.elector.start();
    await settle();
    await a.elector.release();
    await clock.advance(2_000);
    expect(b.log).toEqual(["leading"]);
  });

  it("asks nothing while the standby's watch is live", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const watch = new ManualWatch();
    aCandidate(api, clock, "a").elector.start();
    await settle();
    aCandidate(api, clock, "b", watch).elector.start();
    await settle();
    const reads = () => api.calls.filter(({ verb }) => verb === "get").length;
    const before = reads();
    for (let n = 0; n < 10; n++) {
      await clock.advance(2_000);
      watch.tell(api.peek(leaseKind, key));
    }
    expect(reads()).toBe(before);
  });

  it("stops leading when it can't renew within the deadline, before anyone else may lead", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { elector, log } = aCandidate(api, clock, "a");
    elector.start();
    await settle();
    api.failNext("replace", "multigres-test", down, 1000);
    await clock.advance(9_999);
    expect(log).toEqual(["leading"]);
    expect(elector.isLeading).toBe(true);
    await clock.advance(1);
    expect(log).toEqual(["leading", "lost"]);
    expect(() => elector.assertLeading()).toThrow(NotLeadingError);
  });

  it("counts from when a renewal was sent, not from when its answer came", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { elector } = aCandidate(api, clock, "a");
    elector.start();
    await settle();
    const replace = api.replace.bind(api);
    api.replace = (kind, object) =>
      new Promise((resolve, reject) => {
        clock.after(6_000, () => {
          replace(kind, object).then(resolve, reject);
        });
      });
    // Sent at 2 s, answered at 8 s; the next one, sent at 10 s, is refused.
    await clock.advance(9_000);
    api.failNext("replace", "multigres-test", down, 1000);
    await clock.advance(2_999);
    expect(elector.isLeading).toBe(true);
    await clock.advance(1);
    expect(elector.isLeading).toBe(false);
  });

  it("isn't confused by its own watch, which is behind its renewals", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const watch = new ManualWatch();
    aCandidate(api, clock, "a", watch).elector.start();
    await settle();
    const old = api.peek(leaseKind, key);
    await clock.advance(3_000);
    api.calls.length = 0;
    watch.tell(old);
    await clock.advance(10_000);
    expect(new Set(api.calls.map(({ verb }) => verb))).toEqual(new Set(["replace"]));
    expect(api.calls).toHaveLength(5);
  });

  it("survives failed renewals that are shorter than the deadline", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { elector, log } = aCandidate(api, clock, "a");
    elector.start();
    await settle();
    api.failNext("replace", "multigres-test", down, 3);
    await clock.advance(60_000);
    expect(log).toEqual(["leading"]);
    expect(elector.isLeading).toBe(true);
  });

  it("refuses writes right after the process was stopped for longer than the deadline, before any timer ran", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { elector } = aCandidate(api, clock, "a");
    elector.start();
    await settle();
    clock.freeze(20_000);
    expect(() => elector.assertLeading()).toThrow(NotLeadingError);
  });

  it("finds out at its next renewal that another process took the Lease", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { elector, log } = aCandidate(api, clock, "a");
    elector.start();
    await settle();
    api.edit(leaseKind, key, "b", (object) => {
      object.spec = { ...object.spec, holderIdentity: "b" };
    });
    await clock.advance(2_000);
    expect(log).toEqual(["leading", "lost"]);
  });

  it("goes on leading when somebody labels the Lease or deletes it", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { elector, log } = aCandidate(api, clock, "a");
    elector.start();
    await settle();
    api.edit(leaseKind, key, "person", (object) => Object.assign(object.metadata ?? {}, { labels: { a: "b" } }));
    await clock.advance(20_000);
    expect(api.peek(leaseKind, key)?.metadata?.labels).toEqual({ a: "b" });
    api.remove(leaseKind, key);
    await clock.advance(20_000);
    expect(log).toEqual(["leading"]);
    expect(holder(api)).toBe("a");
  });

  it("lets one lead when two try at the same moment", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const candidates = ["a", "b", "c"].map((identity) => aCandidate(api, clock, identity));
    for (const { elector } of candidates) elector.start();
    await clock.advance(10_000);
    expect(candidates.filter(({ elector }) => elector.isLeading)).toHaveLength(1);
  });

  it("releases although a renewal that was cut off had come through", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { elector } = aCandidate(api, clock, "a");
    elector.start();
    await settle();
    api.edit(leaseKind, key, "a", (object) => {
      object.spec = { ...object.spec, renewTime: "2026-01-01T00:00:02.000000Z" };
    });
    await elector.release();
    expect(holder(api)).toBe("");
  });

  it("leaves another's Lease alone when a standby stops", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    aCandidate(api, clock, "a").elector.start();
    await settle();
    const { elector } = aCandidate(api, clock, "b");
    elector.start();
    await settle();
    await elector.release();
    expect(holder(api)).toBe("a");
  });

  it("leaves no timer behind", async () => {
    const [api, clock] = [new MemoryApi(), new ManualClock()];
    const { elector } = aCandidate(api, clock, "a");
    elector.start();
    await settle();
    await elector.release();
    expect(clock.pendingTimers).toBe(0);
  });
});
