import * as fc from "fast-check";
import { limits, type PoolIdentity } from "../names.ts";

const dnsName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const databaseName = /^[A-Za-z_]([A-Za-z0-9_-]*[A-Za-z0-9])?$/;

/** Short names over few characters, so that joins collide, and names as long as allowed, so that cutting bites. */
function nameOf(characters: string, legal: RegExp, maximum: number, fill: string): fc.Arbitrary<string> {
  const text = (size: { minLength: number; maxLength: number }) =>
    fc.array(fc.constantFrom(...Array.from(characters)), size).map((all) => all.join(""));
  return fc.oneof(
    text({ minLength: 1, maxLength: 5 }).filter((name) => legal.test(name)),
    text({ minLength: 2, maxLength: 4 })
      .map((tail) => fill.repeat(maximum).slice(0, maximum - tail.length) + tail)
      .filter((name) => legal.test(name)),
  );
}

export const clusterName = nameOf("ab-", dnsName, limits.cluster, "c");
export const cellName = nameOf("ab-1", dnsName, limits.cell, "z");
export const databaseNames = nameOf("aAb_-", databaseName, limits.database, "d_");

export const poolIdentity: fc.Arbitrary<PoolIdentity> = fc.record({
  cluster: clusterName,
  database: databaseNames,
  tableGroup: fc.constantFrom("default", "a", "b-default"),
  shard: fc.integer({ min: 0, max: 1023 }),
  type: fc.constantFrom("replica", "readOnly"),
  cell: cellName,
});
