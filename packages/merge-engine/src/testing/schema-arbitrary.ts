import { parseQuantity, type Quantity } from "@multigres/api-types";
import * as fc from "fast-check";
import { isFields } from "../merge-patch.ts";

/** The part of JSON Schema that our zod schemas turn into. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly "x-kubernetes-int-or-string"?: boolean;
}

export function jsonSchemaOf(schema: { toJSONSchema(options: { unrepresentable: "any" }): unknown }): JsonSchema {
  return schema.toJSONSchema({ unrepresentable: "any" }) as JsonSchema;
}

/** Keys of generated maps; resources have these names, too. */
export const mapKeys = ["cpu", "memory", "storage"] as const;

/** Quantities that the schema allows, in all kinds of spelling. */
const quantities: fc.Arbitrary<Quantity> = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc
    .tuple(
      fc.integer({ min: 0, max: 5000 }),
      fc.constantFrom("", ".5", ".25"),
      fc.constantFrom("", "m", "k", "Ki", "M", "Mi", "Gi", "Ti"),
    )
    .map((parts) => parts.join("")),
);

/** Spellings of an amount, the given one included. */
function spellings(quantity: Quantity): Quantity[] {
  const nano = parseQuantity(quantity) ?? 0n;
  const units: readonly [string, bigint][] = [
    ["n", 1n],
    ["m", 10n ** 6n],
    ["", 10n ** 9n],
    ["Ki", (10n ** 9n) << 10n],
    ["Mi", (10n ** 9n) << 20n],
    ["Gi", (10n ** 9n) << 30n],
  ];
  return [
    quantity,
    ...units.filter(([, size]) => nano % size === 0n).map(([suffix, size]) => `${nano / size}${suffix}`),
  ];
}

/** The same value with keys in another order and quantities in another spelling. */
export function respell<T>(value: T, seed: number, inQuantities = false): T {
  if (Array.isArray(value)) return value.map((item) => respell(item, seed)) as T;
  if (isFields(value)) {
    const fields = Object.entries(value).map(([name, field]) => [
      name,
      respell(field, seed, (name === "requests" || name === "limits") && isFields(field)),
    ]);
    return Object.fromEntries(fields.toReversed()) as T;
  }
  if (!inQuantities) return value;
  const others = spellings(value as Quantity);
  return others[seed % others.length] as T;
}

/**
 * Values of a schema. `whole`: with every optional field and every key of `mapKeys`; else some are left out.
 */
export function valuesOf(schema: JsonSchema, whole = false): fc.Arbitrary<unknown> {
  if (schema["x-kubernetes-int-or-string"]) return quantities;
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "object":
      return schema.properties ? recordOf(schema, schema.properties, whole) : mapOf(schema, whole);
    case "array":
      return fc.array(valuesOf(schema.items ?? {}, whole), { minLength: whole ? 1 : 0, maxLength: 2 });
    case "string":
      return stringOf(schema);
    case "integer":
      return fc.integer({ min: Math.max(schema.minimum ?? 0, -1000), max: Math.min(schema.maximum ?? 1000, 1000) });
    case "number":
      return fc.double({ min: 0.01, max: 10, noNaN: true });
    case "boolean":
      return fc.boolean();
    case undefined:
    default:
      throw new Error(`no generator for ${JSON.stringify(schema)}`);
  }
}

function recordOf(schema: JsonSchema, properties: NonNullable<JsonSchema["properties"]>, whole: boolean) {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valuesOf(field, whole)]));
  const requiredKeys = whole ? Object.keys(fields) : [...(schema.required ?? [])];
  return fc.record<Record<string, unknown>>(fields, { requiredKeys, noNullPrototype: true });
}

function mapOf(schema: JsonSchema, whole: boolean) {
  const values = valuesOf(schema.additionalProperties as JsonSchema, whole);
  const fields = Object.fromEntries(mapKeys.map((key) => [key, values]));
  return fc.record<Record<string, unknown>>(fields, { requiredKeys: whole ? [...mapKeys] : [], noNullPrototype: true });
}

function stringOf({ pattern, minLength = 0, maxLength = 12 }: JsonSchema) {
  if (pattern === undefined)
    return fc.string({ minLength, maxLength: Math.min(maxLength, 12), unit: "grapheme-ascii" });
  return fc
    .stringMatching(new RegExp(pattern), { size: "small" })
    .filter((value) => value.length >= minLength && value.length <= maxLength);
}
