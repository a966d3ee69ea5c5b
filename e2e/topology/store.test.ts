import {
  type Change,
  createEtcdClient,
  type EtcdClient,
  type Guard,
  type Kv,
  RejectedError,
  UnreachableError,
} from "@multigres/topology";
import { MemoryEtcd } from "@multigres/topology/testing";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Etcd, patience, startEtcd } from "./etcd.ts";

let etcd: Etcd;
let client: EtcdClient;
beforeAll(async () => {
  etcd = await startEtcd();
  client = createEtcdClient({ addresses: [etcd.address], ...patience });
});
afterAll(async () => {
  client?.close();
  await etcd?.stop();
});

const keys = ["/d/a", "/d/b", "/d/b/c", "/d0", "/ü/ß"];
const prefixes = ["/d/", "/d", "/", "/ü/"];

type Step = { guards: readonly GuardIdea[]; changes: readonly Change[] };
/** `isRight`: as the store is; else as it isn't. */
type GuardIdea = { key: string; isRight: boolean } | { prefix: string; isRight: boolean };

const guard: fc.Arbitrary<GuardIdea> = fc.oneof(
  fc.record({ key: fc.constantFrom(...keys), isRight: fc.boolean() }),
  fc.record({ prefix: fc.constantFrom(...prefixes), isRight: fc.boolean() }),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ put: fc.constantFrom(...keys), value: fc.uint8Array({ maxLength: 20 }) }),
  fc.record({ delete: fc.constantFrom(...keys) }),
);
const keyOf = (each: Change) => ("put" in each ? each.put : each.delete);
const step: fc.Arbitrary<Step> = fc.record({
  guards: fc.array(guard, { minLength: 1, maxLength: 3 }),
  // etcd refuses to touch a key twice in one transaction.
  changes: fc.uniqueArray(change, { minLength: 1, maxLength: 3, selector: keyOf }),
});

describe("a real etcd", () => {
  it("answers reads and guarded writes as the stand-in of the unit tests does", async () => {
    const memory = new MemoryEtcd();
    const ranges = [
      ...keys.map((key) => ({ key })),
      ...prefixes.map((prefix) => ({ prefix })),
      { prefix: "/", keysOnly: true },
    ];
    const offset = (await client.read(ranges)).revision - (await memory.read(ranges)).revision;

    const outcomes = new Set<boolean | undefined>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        for (const { guards, changes } of steps) {
          const real = await client.read(ranges);
          const [first, ...others] = changes;
          if (first === undefined) continue;
          const write = async (kv: Kv, shift: bigint) => {
            const [guard, ...more] = guards.map((idea) => asGuard(idea, real, shift));
            return guard && kv.write([guard, ...more], [first, ...others]);
          };
          const written = await write(client, 0n);
          outcomes.add(written);
          expect(await write(memory, -offset)).toBe(written);
          const [found, expected] = [await client.read(ranges), await memory.read(ranges)];
          expect(found.revision).toBe(expected.revision + offset);
          expect(found.ranges.map((range) => range.map((entry) => comparable(entry, offset)))).toEqual(
            expected.ranges.map((range) => range.map((entry) => comparable(entry, 0n))),
          );
        }
      }),
      { numRuns: 25 },
    );
    expect(outcomes).toEqual(new Set([false, true]));
  });

  it("refuses what is too large for it, and is asked only once", async () => {
    let requests = 0;
    const observed = createEtcdClient({ addresses: [etcd.address], ...patience, observe: () => requests++ });
    const value = new Uint8Array(1_700_000);
    const write = observed.write([{ key: "/large", modRevision: undefined }], [{ put: "/large", value }]);
    await expect(write).rejects.toMatchObject({ name: "RejectedError", status: 400, code: 3 });
    await expect(write).rejects.toBeInstanceOf(RejectedError);
    expect(requests).toBe(1);
    observed.close();
  });

  it("is found at whichever address answers", async () => {
    const observed: string[] = [];
    const several = createEtcdClient({
      addresses: ["127.0.0.1:1", "nowhere.invalid:2379", etcd.address],
      ...patience,
      // A name server that doesn't answer is waited for.
      requestTimeoutMs: 20_000,
      observe: ({ address, outcome }) => observed.push(`${address} ${outcome}`),
    });
    await several.read([{ key: "/a" }]);
    await several.read([{ key: "/a" }]);
    expect(observed).toEqual([
      "127.0.0.1:1 failed",
      "nowhere.invalid:2379 failed",
      `${etcd.address} answered`,
      `${etcd.address} answered`,
    ]);
    several.close();
  });

  it("that hangs, or is gone, is told from one that answers, and is found again", async () => {
    const other = await startEtcd();
    const patient = createEtcdClient({ addresses: [other.address], ...patience });
    const hasty = createEtcdClient({ addresses: [other.address], requestTimeoutMs: 100, totalTimeoutMs: 1_000 });
    try {
      await patient.read([{ key: "/a" }]);
      other.component.pause();
      // Its threads may go on for a moment.
      await eventually(async () => {
        const hanging = hasty.read([{ key: "/a" }]);
        await expect(hanging).rejects.toMatchObject({ failures: [{ address: other.address, kind: "timeout" }] });
        await expect(hanging).rejects.toBeInstanceOf(UnreachableError);
      });
      other.component.resume();
      await patient.read([{ key: "/a" }]);
      await other.component.kill();
      await expect(patient.read([{ key: "/a" }])).rejects.toMatchObject({ failures: [{ kind: "refused" }] });
    } finally {
      patient.close();
      hasty.close();
      await other.stop();
    }
  });
});

type Found = Awaited<ReturnType<EtcdClient["read"]>>;

function asGuard(idea: GuardIdea, { revision, ranges }: Found, shift: bigint): Guard {
  const entries = ranges.flat();
  if ("key" in idea) {
    const current = entries.find(({ key }) => key === idea.key)?.modRevision;
    if (idea.isRight) return { key: idea.key, modRevision: current === undefined ? undefined : current + shift };
    return { key: idea.key, modRevision: current === undefined ? revision + 7n + shift : undefined };
  }
  const newest = entries.filter(({ key }) => key.startsWith(idea.prefix)).map(({ modRevision }) => modRevision);
  const last = newest.reduce((max, each) => (each > max ? each : max), 1n - shift);
  return { prefix: idea.prefix, unchangedSince: (idea.isRight ? last : last - 1n) + shift };
}

function comparable({ key, value, createRevision, modRevision }: Found["ranges"][number][number], offset: bigint) {
  return {
    key,
    value: Buffer.from(value).toString("hex"),
    createRevision: createRevision - offset,
    modRevision: modRevision - offset,
  };
}
