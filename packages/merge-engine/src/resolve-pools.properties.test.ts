import { type Pool, type PoolType, parseQuantity, pool as poolSchema, resolvedPool } from "@multigres/api-types";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "./canonical.ts";
import { isFields } from "./merge-patch.ts";
import { resolvePools } from "./resolve-pools.ts";
import { deepFreeze } from "./testing/deep-freeze.ts";
import { type JsonSchema, jsonSchemaOf, mapKeys, respell, valuesOf } from "./testing/schema-arbitrary.ts";

const poolJson = jsonSchemaOf(poolSchema);

/** Lists of pools as admission lets them through: unique in (type, cell), of few cells so that lists meet. */
function poolLists(whole = false): fc.Arbitrary<Pool[]> {
  const keys = fc.record({
    type: fc.constantFrom<PoolType>("replica", "readOnly"),
    cell: fc.constantFrom("a", "b", "c"),
  });
  return fc.uniqueArray(
    fc.tuple(valuesOf(poolJson, whole), keys).map(([pool, key]) => ({ ...(pool as Pool), ...key })),
    { maxLength: 4, selector: (pool) => `${pool.type}/${pool.cell}` },
  );
}

const runs = { numRuns: 60 };

describe("resolvePools: properties", () => {
  test("identity: complete pools come back as they are", () => {
    fc.assert(
      fc.property(poolLists(true), (pools) => {
        const resolved = resolvePools({ pools });
        expect(sorted(resolved)).toEqual(sorted(pools.map(canonical)));
      }),
      runs,
    );
  });

  test("idempotence: resolved pools resolve to themselves, and overriding twice is overriding once", () => {
    fc.assert(
      fc.property(poolLists(), poolLists(), (template, overrides) => {
        const once = resolvePools({ template, overrides });
        expect(resolvePools({ pools: once })).toEqual(once);
        expect(resolvePools({ template: once, overrides })).toEqual(once);
      }),
      runs,
    );
  });

  test("inputs are untouched", () => {
    fc.assert(
      fc.property(poolLists(), poolLists(), (template, overrides) => {
        const before = JSON.stringify([template, overrides]);
        resolvePools(deepFreeze({ template, overrides }));
        expect(JSON.stringify([template, overrides])).toBe(before);
      }),
      runs,
    );
  });

  test("the order of pools and keys and the spelling of quantities don't matter, to the byte", () => {
    fc.assert(
      fc.property(poolLists(), poolLists(), fc.nat(), (template, overrides, seed) => {
        const plain = resolvePools({ template, overrides });
        const other = resolvePools({
          template: template.toReversed().map((pool) => respell(pool, seed)),
          overrides: overrides.toReversed().map((pool) => respell(pool, seed)),
        });
        expect(JSON.stringify(other)).toBe(JSON.stringify(plain));
      }),
      runs,
    );
  });

  test("pools that no override names resolve as without overrides", () => {
    fc.assert(
      fc.property(poolLists(), poolLists(), (template, overrides) => {
        const named = new Set(overrides.map(keyOf));
        const untouched = resolvePools({ template }).filter((pool) => !named.has(keyOf(pool)));
        const resolved = resolvePools({ template, overrides });
        expect(resolved.filter((pool) => !named.has(keyOf(pool)))).toEqual(untouched);
        expect(resolved).toHaveLength(new Set([...template, ...overrides].map(keyOf)).size);
      }),
      runs,
    );
  });

  test("every result is complete and sorted", () => {
    fc.assert(
      fc.property(poolLists(), poolLists(), (template, overrides) => {
        const resolved = resolvePools({ template, overrides });
        for (const pool of resolved) {
          expect(resolvedPool.safeParse(pool).error).toBeUndefined();
          expect(pool.dataVolumeClaimTemplate.resources?.requests?.["storage"]).toBeDefined();
          expect(Object.keys(pool.postgres.resources?.requests ?? {})).toEqual(
            expect.arrayContaining(["cpu", "memory"]),
          );
        }
        const keys = resolved.map(({ type, cell }) => [type, cell]);
        expect(keys).toEqual(keys.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)));
      }),
      runs,
    );
  });

  test("no default puts a request above a limit", () => {
    fc.assert(
      fc.property(poolLists(), (pools) => {
        const written = sorted(pools);
        const wrong = sorted(resolvePools({ pools })).filter((resolved, index) => {
          const said = written[index]?.postgres?.resources;
          const { requests = {}, limits = {} } = resolved.postgres.resources ?? {};
          return Object.keys(limits).some((name) => {
            const isUsers = said?.requests?.[name] !== undefined && said.limits?.[name] !== undefined;
            return !isUsers && amount(requests[name]) > amount(limits[name]);
          });
        });
        expect(wrong).toEqual([]);
      }),
      runs,
    );
  });
});

describe("every field of the pool shape can be overridden", () => {
  const paths = fieldPaths(poolJson).filter(([first]) => first !== "type" && first !== "cell");
  const key = { type: "replica", cell: "us-east-1a" } as const;
  const base = { ...completePool(), ...key };

  test("the shape has fields of all kinds", () => {
    expect(paths).toContainEqual(["replicas"]);
    expect(paths).toContainEqual(["postgres", "resources", "requests", "cpu"]);
    expect(paths).toContainEqual(["dataVolumeClaimTemplate", "accessModes"]);
    expect(paths).toContainEqual(["affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution"]);
  });

  test.each(paths.map((path) => [path.join("."), path] as const))("%s", (_, path) => {
    const value = differentFrom(at(base, path), schemaAt(poolJson, path));
    const override = { ...(nest(path, value) as object), ...key };
    const [resolved] = resolvePools({ template: [base], overrides: [override] });
    expect(resolved).toEqual(canonical(replaceAt(base, path, value)));
    expect(resolved).not.toEqual(canonical(base));
  });
});

function completePool(): Pool {
  const [pool] = fc.sample(valuesOf(poolJson, true), { numRuns: 1, seed: 7 });
  return pool as Pool;
}

function differentFrom(present: unknown, schema: JsonSchema): unknown {
  const text = JSON.stringify(canonical({ requests: { present }, present }));
  const other = fc
    .sample(valuesOf(schema, true), { numRuns: 50, seed: 8 })
    .find((value) => JSON.stringify(canonical({ requests: { present: value }, present: value })) !== text);
  if (other === undefined) throw new Error(`no second value for ${JSON.stringify(schema)}`);
  return other;
}

/** Paths of everything that merges as one: scalars, lists, and each entry of a map. */
function fieldPaths(schema: JsonSchema, path: readonly string[] = []): (readonly string[])[] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, field]) => fieldPaths(field, [...path, name]));
  }
  return schema.type === "object" ? mapKeys.map((name) => [...path, name]) : [path];
}

function schemaAt(schema: JsonSchema, path: readonly string[]): JsonSchema {
  return path.reduce((at, name) => at.properties?.[name] ?? (at.additionalProperties as JsonSchema), schema);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((at, name) => (isFields(at) ? at[name] : undefined), value);
}

function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
}

function replaceAt(value: unknown, [first, ...rest]: readonly string[], replacement: unknown): unknown {
  if (first === undefined) return replacement;
  const fields = isFields(value) ? value : {};
  return { ...fields, [first]: replaceAt(fields[first], rest, replacement) };
}

function keyOf({ type, cell }: Pool): string {
  return `${type}/${cell}`;
}

function sorted<T extends Pool>(pools: readonly T[]): T[] {
  return pools.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function amount(quantity: string | number | undefined): bigint {
  return parseQuantity(quantity) ?? -1n;
}
