import { labels } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import { dataClaimName, ordinalOfPod, originOfClaim, originOfPod } from "./pool-origin.ts";
import { aPool, aShard, poolName } from "./testing/builders.ts";

const shard = aShard({ pools: [aPool()] });
const pool = poolName(shard, aPool());
const { type, cell } = aPool();
const ofPool = { [labels.poolType]: type, [labels.cell]: cell };
const named = (name: string, given: Record<string, string> = ofPool) => ({ metadata: { name, labels: given } });

describe("where an object comes from", () => {
  test("is said by its labels and its name", () => {
    const origin = { pool, ordinal: 12, identity: { type, cell } };
    expect(originOfPod(shard.spec, named(`${pool}-12`))).toMatchObject(origin);
    expect(originOfClaim(shard.spec, named(dataClaimName(pool, 12)))).toMatchObject(origin);
  });

  test("is known of pools that aren't in the spec any more", () => {
    const { spec } = aShard({ pools: [] });
    expect(originOfPod(spec, named(`${pool}-0`))?.pool).toBe(pool);
  });

  test.each([
    ["without a cell", named(`${pool}-0`, { [labels.poolType]: type })],
    ["without a type", named(`${pool}-0`, { [labels.cell]: cell })],
    ["with the labels of another pool", named(`${pool}-0`, { ...ofPool, [labels.poolType]: "readOnly" })],
    ["without an ordinal", named(pool)],
    ["with an ordinal that no StatefulSet writes", named(`${pool}-01`)],
    ["of another pool whose name begins alike", named(`${pool}-x-0`)],
    ["of another kind", named(`other-${pool}-0`)],
    ["without a name", { metadata: { labels: ofPool } }],
  ])("isn't this shard for one %s", (_, object) => {
    expect(originOfPod(shard.spec, object)).toBeUndefined();
    expect(originOfClaim(shard.spec, object)).toBeUndefined();
  });

  test("is for a pod another than for a volume", () => {
    expect(originOfPod(shard.spec, named(dataClaimName(pool, 0)))).toBeUndefined();
    expect(originOfClaim(shard.spec, named(`${pool}-0`))).toBeUndefined();
  });
});

test("a pod's ordinal in a pool is known whatever somebody did to its labels", () => {
  expect(ordinalOfPod(pool, named(`${pool}-3`, {}))).toBe(3);
  expect(ordinalOfPod(pool, named(`${pool}-03`, {}))).toBeUndefined();
});
