import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { globalTopology } from "./global-topology.ts";
import { cellCodec } from "./records/cell.ts";
import { databaseCodec } from "./records/database.ts";
import { aCell, aDatabase, anOwner } from "./testing/builders.ts";
import { MemoryEtcd } from "./testing/memory-etcd.ts";

const root = "/r";
// The third is the first one, deleted and made again.
const clusters = [anOwner(), anOwner({ name: "b", uid: "uid-b" }), anOwner({ uid: "uid-2" })];
const cluster = fc.nat({ max: clusters.length - 1 });
const name = fc.constantFrom("z1", "z2");
const variant = fc.constantFrom("/x", "/y");

type Target = { kind: "cell" | "database"; name: string };
const target = fc.record({ kind: fc.constantFrom("cell" as const, "database" as const), name });
type Step =
  | { do: "ensure"; cluster: number; target: Target; variant: string }
  | { do: "remove"; cluster: number; target: Target }
  | { do: "release"; cluster: number }
  | { do: "stranger writes" | "stranger deletes"; target: Target; variant: string };

const strangerStep = fc.record({
  do: fc.constantFrom("stranger writes" as const, "stranger deletes" as const),
  target,
  variant,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant("ensure" as const), cluster, target, variant }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constant("remove" as const), cluster, target }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant("release" as const), cluster }), weight: 1 },
  { arbitrary: strangerStep, weight: 2 },
);

const keyOf = ({ kind, name }: Target) =>
  kind === "cell" ? `${root}/cells/${name}/Cell` : `${root}/databases/${name}/Database`;
const cellOf = (name: string, variant: string) => aCell({ name, root: variant });
// Names no cell, so that cells can be removed.
const databaseOf = (name: string, variant: string) =>
  aDatabase({ name, cells: [], backupLocation: { kind: "filesystem", path: variant } });
const bytesOf = ({ kind, name }: Target, variant: string) =>
  kind === "cell"
    ? cellCodec.edit(cellOf(name, variant), undefined).bytes
    : databaseCodec.edit(databaseOf(name, variant), undefined).bytes;

/** Clusters and a stranger at work on one root; keeps book of who brought each record into being. */
class World {
  readonly etcd = new MemoryEtcd();
  readonly #author = new Map<string, string>();
  /** What a cluster did to a record that isn't its own. */
  readonly trespasses: string[] = [];

  stranger({ do: act, target, variant }: { do: string; target: Target; variant: string }): void {
    const key = keyOf(target);
    if (act === "stranger deletes") {
      this.etcd.apply([{ delete: key }]);
      this.#author.delete(key);
      return;
    }
    if (this.etcd.get(key) === undefined) this.#author.set(key, "stranger");
    this.etcd.put(key, bytesOf(target, variant));
  }

  /** What a cluster does; afterwards nothing that isn't its own has changed. */
  async act(
    step: Exclude<Step, { variant: string; do: "stranger writes" | "stranger deletes" }>,
    races: readonly (() => void)[],
  ) {
    const owner = clusters[step.cluster] ?? anOwner();
    const topology = globalTopology({ kv: this.etcd, root, owner });
    const pending = [...races];
    this.etcd.beforeWrite = () => pending.shift()?.();
    const before = this.#records();
    const result = await this.#perform(topology, step);
    this.etcd.beforeWrite = undefined;
    for (const [key, bytes] of this.#records()) {
      if (before.get(key) === undefined && !this.#author.has(key)) this.#author.set(key, owner.name);
      const isTouched = races.length === 0 && before.get(key) !== bytes;
      if (isTouched && this.#author.get(key) !== owner.name) {
        this.trespasses.push(`${owner.name} changed ${key} of ${this.#author.get(key)}`);
      }
    }
    for (const key of before.keys()) {
      if (this.etcd.get(key) !== undefined) continue;
      if (races.length === 0 && this.#author.get(key) !== owner.name) {
        this.trespasses.push(`${owner.name} removed ${key} of ${this.#author.get(key)}`);
      }
      this.#author.delete(key);
    }
    return result;
  }

  async #perform(topology: ReturnType<typeof globalTopology>, step: Parameters<World["act"]>[0]) {
    if (step.do === "release") return (await topology.release()).result;
    const { kind, name } = step.target;
    if (step.do === "remove") {
      return (
        await (kind === "cell" ? topology.removeCell(name) : topology.removeDatabase(name, { shardInitClaims: true }))
      ).result;
    }
    return (
      await (kind === "cell"
        ? topology.ensureCell(cellOf(name, step.variant))
        : topology.ensureDatabase(databaseOf(name, step.variant)))
    ).result;
  }

  #records() {
    const records = this.etcd.keys().filter((key) => !key.includes("/multigres-operator/"));
    return new Map(records.map((key) => [key, this.etcd.get(key)]));
  }
}

const isStranger = (step: Step): step is Extract<Step, { do: "stranger writes" | "stranger deletes" }> =>
  step.do === "stranger writes" || step.do === "stranger deletes";

describe("on a root that clusters and strangers use", () => {
  it("no cluster ever changes or removes what another, or a stranger, brought into being", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world = new World();
        for (const each of steps) {
          if (isStranger(each)) world.stranger(each);
          else await world.act(each, []);
        }
        expect(world.trespasses).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("what is reported as done is so, and doing it again writes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world = new World();
        for (const each of steps) {
          if (isStranger(each)) world.stranger(each);
          else if ((await world.act(each, [])) !== "foreign" && each.do === "ensure") {
            expect(decoded(each.target, world.etcd.get(keyOf(each.target)))).toEqual(wanted(each));
            const { writes } = world.etcd.requests;
            expect(await world.act(each, [])).toBe("unchanged");
            expect(world.etcd.requests.writes).toBe(writes);
          } else if (each.do === "remove") {
            const { writes } = world.etcd.requests;
            await world.act(each, []);
            expect(world.etcd.requests.writes).toBe(writes);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("a record that a stranger writes between look and write is never overwritten", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 10 }),
        variant,
        target,
        variant,
        async (steps, wish, what, theirs) => {
          const world = new World();
          for (const each of steps) {
            if (isStranger(each)) world.stranger(each);
            else await world.act(each, []);
          }
          const appear = () => {
            world.stranger({ do: "stranger deletes", target: what, variant: theirs });
            world.stranger({ do: "stranger writes", target: what, variant: theirs });
          };
          const { writes } = world.etcd.requests;
          const result = await world.act({ do: "ensure", cluster: 0, target: what, variant: wish }, [appear]);
          if (world.etcd.requests.writes === writes) return;
          expect(decoded(what, world.etcd.get(keyOf(what)))).toEqual(wanted({ target: what, variant: theirs }));
          expect(result).toBe(theirs === wish ? "unchanged" : "foreign");
        },
      ),
      { numRuns: 300 },
    );
  });
});

function wanted({ target: { kind, name }, variant }: { target: Target; variant: string }) {
  return kind === "cell" ? cellOf(name, variant) : databaseOf(name, variant);
}

function decoded(target: Target, bytes: Uint8Array | undefined) {
  if (bytes === undefined) return undefined;
  return target.kind === "cell" ? cellCodec.decode("", bytes) : databaseCodec.decode("", bytes);
}
