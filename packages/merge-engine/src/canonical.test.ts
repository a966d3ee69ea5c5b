import {
  cellSpec,
  multigresClusterSpec,
  shardSpec,
  shardTemplateSpec,
  tableGroupSpec,
  topoServerSpec,
} from "@multigres/api-types";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "./canonical.ts";
import { deepFreeze } from "./testing/deep-freeze.ts";
import { type JsonSchema, jsonSchemaOf, respell, valuesOf } from "./testing/schema-arbitrary.ts";

describe("canonical", () => {
  test.each([
    ["1024Mi", "1Gi"],
    ["0.5", "500m"],
    ["1000m", "1"],
    [2, "2"],
    [0.1, "100m"],
    ["1Gi", "1Gi"],
    ["not a quantity", "not a quantity"],
  ])("a request of %j is written %j", (value, canonicalValue) => {
    expect(canonical({ requests: { cpu: value }, limits: { cpu: value } })).toEqual({
      requests: { cpu: canonicalValue },
      limits: { cpu: canonicalValue },
    });
  });

  test("text that looks like a quantity is text everywhere else", () => {
    const value = {
      podLabels: { limits: "1024Mi" },
      podAnnotations: { requests: "0.5" },
      image: "1000m",
      list: ["1024Mi"],
    };
    expect(canonical(value)).toEqual(value);
  });

  test("keys are sorted at every depth, lists keep their order", () => {
    expect(JSON.stringify(canonical({ b: 1, a: [{ d: 1, c: 2 }, "z", "y"] }))).toBe(
      '{"a":[{"c":2,"d":1},"z","y"],"b":1}',
    );
  });

  test("undefined fields are left out, other empty values stay", () => {
    expect(canonical({ a: undefined, b: null, c: 0, d: {}, e: [] })).toStrictEqual({ b: null, c: 0, d: {}, e: [] });
  });

  const specs = { cellSpec, multigresClusterSpec, shardSpec, shardTemplateSpec, tableGroupSpec, topoServerSpec };

  test.each(Object.entries(specs))("every quantity that %s has is normalised, and nothing else", (_, schema) => {
    const json = jsonSchemaOf(schema);
    const value = sample(json, "1024Mi");
    expect(canonical(value)).toEqual(sample(json, "1Gi"));
  });

  test("is idempotent and leaves its argument alone", () => {
    fc.assert(
      fc.property(valuesOf(jsonSchemaOf(shardTemplateSpec)), (value) => {
        const once = canonical(deepFreeze(value));
        expect(canonical(once)).toEqual(once);
        expect(JSON.stringify(canonical(once))).toBe(JSON.stringify(once));
      }),
      { numRuns: 50 },
    );
  });

  test("values that differ in the order of keys and the spelling of quantities become equal text", () => {
    fc.assert(
      fc.property(valuesOf(jsonSchemaOf(shardTemplateSpec)), fc.nat(), (value, seed) => {
        expect(JSON.stringify(canonical(respell(value, seed)))).toBe(JSON.stringify(canonical(value)));
      }),
      { numRuns: 50 },
    );
  });
});

/** One value of a schema with every field, in which all quantities and all text are the same. */
function sample(schema: JsonSchema, quantity: string): unknown {
  if (schema["x-kubernetes-int-or-string"]) return quantity;
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, field]) => [name, sample(field, quantity)]),
    );
  }
  if (schema.type === "object") return { key: sample(schema.additionalProperties as JsonSchema, quantity) };
  if (schema.type === "array") return [sample(schema.items ?? {}, quantity)];
  return schema.type === "string" ? "1024Mi" : 1;
}
