import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Incident, RolloutWorld } from "../testing/rollout-world.ts";

const anyPod = fc.nat({ max: 9 });
const incident: fc.Arbitrary<Incident> = fc.oneof(
  { arbitrary: fc.record({ is: fc.constant("time passes" as const), seconds: fc.nat({ max: 40 }) }), weight: 6 },
  {
    arbitrary: fc.record({
      is: fc.constantFrom("pod dies" as const, "pod stumbles" as const, "primary moves" as const),
      pod: anyPod,
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ is: fc.constant("new image" as const), good: fc.boolean() }), weight: 3 },
  {
    arbitrary: fc.record({
      is: fc.constant("scaled" as const),
      pool: fc.nat({ max: 2 }),
      replicas: fc.nat({ max: 5 }),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      is: fc.constantFrom(
        "controller restarts" as const,
        "multiadmin falls silent" as const,
        "multiadmin answers" as const,
        "switch-overs fail" as const,
        "switch-overs work" as const,
      ),
    }),
    weight: 3,
  },
);
const policy = fc.constantFrom("AT_LEAST_2" as const, "MULTI_CELL_AT_LEAST_2" as const);
const replicas = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 });

/** Long enough for ten pods one after another, blindly. */
const longEnough = 1_500;

describe("a shard that is changed while things happen to it", () => {
  test("never loses more by our hand than the rules allow, and always gets to an end", () => {
    fc.assert(
      fc.property(policy, replicas, fc.array(incident, { maxLength: 25 }), (durability, pools, incidents) => {
        const world = new RolloutWorld(durability, pools);
        for (const each of incidents) {
          world.happen(each);
          world.reconcile();
        }
        // A good image in the end, whatever it was before; multiadmin stays as it is.
        world.happen({ is: "new image", good: true });
        world.settle(longEnough);
        expect(world.broken).toEqual([]);
        expect(world.unfinished).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test("loses one pod at most to a bad image", () => {
    fc.assert(
      fc.property(
        policy,
        fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (durability, pools, silent) => {
          const world = new RolloutWorld(durability, pools);
          if (silent) world.happen({ is: "multiadmin falls silent" });
          world.happen({ is: "new image", good: false });
          world.pass(300);
          expect(world.notReady).toBe(1);
          world.happen({ is: "new image", good: true });
          world.settle(longEnough);
          expect(world.broken).toEqual([]);
          expect(world.unfinished).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
