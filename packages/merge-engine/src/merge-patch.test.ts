import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFields, mergePatch } from "./merge-patch.ts";
import { containersOf, deepFreeze } from "./testing/deep-freeze.ts";

const merge = (base: unknown, patch: unknown): unknown => mergePatch<unknown>(base, patch);

/** JSON objects with few names, so that bases and patches meet in them. */
const { object: documents } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(0, 1, "", "x", true, false),
    fc.array(tie("value"), { maxLength: 2 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3, noNullPrototype: true }),
}));

describe("mergePatch", () => {
  test.each<[unknown, unknown, unknown]>([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("RFC 7386, appendix A: %j patched with %j is %j", (base, patch, result) => {
    expect(merge(base, patch)).toEqual(result);
  });

  test.each([0, "", false, []])("%j is present and replaces", (value) => {
    expect(merge({ field: 3 }, { field: value })).toEqual({ field: value });
  });

  test("undefined is absent: it keeps, and isn't in the result", () => {
    const result = merge({ a: 1, b: undefined }, { a: undefined, c: undefined });
    expect(result).toStrictEqual({ a: 1 });
  });

  test("an empty object patches nothing but makes the object exist", () => {
    expect(merge({ a: { b: 1 } }, { a: {} })).toEqual({ a: { b: 1 } });
    expect(merge({}, { a: {} })).toEqual({ a: {} });
  });

  test("a field called __proto__ is a field", () => {
    const patch = JSON.parse('{"__proto__":{"polluted":true}}') as unknown;
    const result = merge({}, patch);
    expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":true}}');
    expect({}).not.toHaveProperty("polluted");
  });

  test("identity: an empty patch changes nothing, and a patch of nothing is the patch", () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(merge(document, {})).toEqual(document);
        expect(merge({}, document)).toEqual(document);
      }),
    );
  });

  test("idempotence: the same patch twice is the patch once", () => {
    fc.assert(
      fc.property(documents, documents, (base, patch) => {
        const once = merge(base, patch);
        expect(merge(once, patch)).toEqual(once);
      }),
    );
  });

  test("absent keeps and present replaces, at every depth", () => {
    fc.assert(
      fc.property(documents, documents, (base, patch) => {
        expect(faults(base, patch, merge(base, patch))).toEqual([]);
      }),
    );
  });

  test("inputs are untouched, and the result shares nothing with them", () => {
    fc.assert(
      fc.property(documents, documents, (base, patch) => {
        const result = merge(deepFreeze(base), deepFreeze(patch));
        const inputs = new Set([...containersOf(base), ...containersOf(patch)]);
        expect(containersOf(result).filter((container) => inputs.has(container))).toEqual([]);
      }),
    );
  });
});

/** Paths at which a result is neither the patch's value nor, where the patch says nothing, the base's. */
function faults(base: unknown, patch: unknown, result: unknown, path = "$"): string[] {
  if (!isFields(patch) || !isFields(base)) return isDeepStrictEqual(result, patch) ? [] : [path];
  if (!isFields(result)) return [path];
  const names = new Set([...Object.keys(base), ...Object.keys(patch), ...Object.keys(result)]);
  return [...names].flatMap((name) => {
    if (Object.hasOwn(patch, name)) return faults(base[name], patch[name], result[name], `${path}.${name}`);
    return isDeepStrictEqual(result[name], base[name]) ? [] : [`${path}.${name}`];
  });
}
