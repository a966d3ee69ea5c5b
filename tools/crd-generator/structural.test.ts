import { describe, expect, test } from "vitest";
import { z } from "zod";
import { toStructural, UnsupportedSchemaError } from "./structural.ts";

const text = z.string().max(10);

describe("toStructural", () => {
  test.each<[string, z.ZodType, unknown]>([
    [
      "an object",
      z.object({ a: text, b: z.boolean().optional() }),
      {
        type: "object",
        properties: { a: { type: "string", maxLength: 10 }, b: { type: "boolean" } },
        required: ["a"],
      },
    ],
    ["an enum", z.enum(["a", "b"]), { type: "string", enum: ["a", "b"] }],
    ["a 32-bit integer with bounds", z.int32().min(1).max(9), { type: "integer", minimum: 1, maximum: 9 }],
    ["a string with a pattern", text.regex(/^a+$/), { type: "string", maxLength: 10, pattern: "^a+$" }],
    ["a list", z.array(text).max(3), { type: "array", items: { type: "string", maxLength: 10 }, maxItems: 3 }],
    ["a nullable field", text.nullable(), { type: "string", maxLength: 10, nullable: true }],
    [
      "a description on an optional field",
      z.object({ a: text.describe("x").optional() }),
      {
        type: "object",
        properties: { a: { type: "string", description: "x", maxLength: 10 } },
      },
    ],
    [
      "Kubernetes' own keywords",
      z.object({}).meta({ "x-kubernetes-map-type": "atomic" }),
      {
        type: "object",
        properties: {},
        "x-kubernetes-map-type": "atomic",
      },
    ],
  ])("keeps %s", (_name, schema, expected) => {
    expect(toStructural(schema)).toEqual(expected);
  });

  test.each<[string, z.ZodType, unknown]>([
    [
      "a strict object, since the API server drops or refuses unknown fields itself",
      z.strictObject({ a: text }),
      {
        type: "object",
        properties: { a: { type: "string", maxLength: 10 } },
        required: ["a"],
      },
    ],
    ["an integer without bounds", z.int(), { type: "integer", format: "int64" }],
    [
      "a readonly list",
      z.array(text).max(3).readonly(),
      { type: "array", items: { type: "string", maxLength: 10 }, maxItems: 3 },
    ],
    [
      "a map, whose keys have no schema",
      z.record(z.string(), text).meta({ maxProperties: 2 }),
      {
        type: "object",
        additionalProperties: { type: "string", maxLength: 10 },
        maxProperties: 2,
      },
    ],
    ["a date-time, whose pattern is the format's", z.iso.datetime(), { type: "string", format: "date-time" }],
    [
      "int-or-string, whose branches may not be repeated",
      z
        .union([z.string(), z.number()])
        .meta({ "x-kubernetes-int-or-string": true, pattern: "^1$", maxLength: 5, minimum: 0 }),
      { "x-kubernetes-int-or-string": true, pattern: "^1$", maxLength: 5, minimum: 0 },
    ],
  ])("repairs %s", (_name, schema, expected) => {
    expect(toStructural(schema)).toEqual(expected);
  });

  const recursive: z.ZodType = z.object({
    get next() {
      return recursive.optional();
    },
  });

  test.each<[string, z.ZodType, RegExp]>([
    ["a default", text.default("x"), /default isn't allowed/],
    ["a union", z.union([text, z.boolean()]), /anyOf isn't allowed/],
    [
      "a discriminated union",
      z.discriminatedUnion("k", [z.object({ k: z.literal("a") }), z.object({ k: z.literal("b") })]),
      /(any|one)Of isn't allowed/,
    ],
    [
      "an intersection of fields and a map",
      z.intersection(z.object({ a: text }), z.record(z.string(), text)),
      /either known fields or values/,
    ],
    ["unknown", z.unknown(), /no type/],
    ["a date", z.date(), /no type/],
    ["a loose object", z.looseObject({ a: text }), /either known fields or values of one type/],
    ["a schema with an id", z.object({ a: text.meta({ id: "Shared" }), b: text }), /\$ref|definitions|unknown keyword/],
    ["a recursive type", recursive, /./],
    ["a refinement", text.refine((value) => value !== "x"), /a refinement doesn't reach the API server/],
    ["a transformation", text.transform((value) => value.length), /pipe changes values/],
    ["a map with enumerated keys", z.record(z.enum(["a", "b"]), text), /keys of a map/],
    ["a prefault", text.prefault("x"), /prefault changes values|default isn't allowed/],
    ["look-ahead", text.regex(/^(?=a)a$/), /RE2/],
    ["a back-reference", text.regex(/^(a)\1$/), /RE2/],
    ["keys with a pattern", z.record(text.regex(/^a$/), text).meta({ maxProperties: 2 }), /keys of a map/],
    ["a string without a bound", z.string(), /a string needs a bound/],
    ["a list without a bound", z.array(text), /a list needs a bound/],
    ["a map without a bound", z.record(z.string(), text), /a map needs a bound/],
    [
      "a quantity without a bound",
      z.union([z.string(), z.number()]).meta({ "x-kubernetes-int-or-string": true }),
      /a string needs a bound/,
    ],
  ])("refuses %s, with its path", (_name, schema, problem) => {
    const convert = () => toStructural(z.object({ outer: z.array(z.object({ inner: schema })).max(1) }), "Kind.spec");
    expect(convert).toThrow(UnsupportedSchemaError);
    expect(convert).toThrow(problem);
    expect(convert).toThrow(/^Kind\.spec/);
  });

  test("names the field that is wrong", () => {
    const schema = z.object({
      cells: z.array(z.object({ labels: z.record(z.string(), z.string()).meta({ maxProperties: 1 }) })).max(1),
    });
    expect(() => toStructural(schema, "Kind.spec")).toThrow(
      "Kind.spec.cells[].labels{}: a string needs a bound; add maxLength",
    );
  });

  test("leaves the schema as it is and gives the same result twice", () => {
    const schema = z.object({ a: z.int(), b: z.array(text).max(1) });
    expect(toStructural(schema)).toEqual(toStructural(schema));
  });
});
