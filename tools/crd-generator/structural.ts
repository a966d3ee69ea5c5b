import { z } from "zod";

/** A schema node as apiextensions.k8s.io/v1 takes it. */
export interface StructuralSchema {
  type?: string;
  description?: string;
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema;
  items?: StructuralSchema;
  [keyword: string]: unknown;
}

/** A zod schema has a shape that no CustomResourceDefinition can express, or that this API doesn't allow itself. */
export class UnsupportedSchemaError extends Error {
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.name = "UnsupportedSchemaError";
    this.path = path;
  }
}

/** Value keywords that are passed on as they are. */
const passedOn = new Set([
  "type",
  "description",
  "enum",
  "required",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "nullable",
]);

/** A banned keyword -> what to write instead. */
const banned: Record<string, string> = {
  default: "a default would be written into users' objects, and into partial overrides; apply it in merge-engine",
  anyOf: "unions have no structural form; use optional members and a CEL rule",
  oneOf: "unions have no structural form; use optional members and a CEL rule",
  allOf: "intersections have no structural form; use one z.object",
  not: "negations have no structural form; use a CEL rule",
  prefixItems: "tuples have no structural form; use z.object",
  $ref: "schemas can't refer to others; drop .meta({ id }) and recursion",
  uniqueItems: "use a list-map, or list-type set",
};

const intOrString = ["description", "pattern", "maxLength", "minimum", "maximum"];

/**
 * The structural schema of a zod schema's input side.
 *
 * Repairs what has one obvious meaning (strict objects, bounds that only say int32 or int64, `readonly`, formats' patterns) and throws
 * `UnsupportedSchemaError` with a path on everything else, unbounded strings, lists and maps included.
 */
export function toStructural(schema: z.ZodType, path = "$"): StructuralSchema {
  let json: unknown;
  try {
    json = z.toJSONSchema(schema, {
      target: "openapi-3.0",
      io: "input",
      reused: "inline",
      cycles: "throw",
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema }) => {
        const lost = lostInTranslation(zodSchema);
        if (lost) Object.assign(jsonSchema, { [lostMarker]: lost });
      },
    });
  } catch (cause) {
    throw new UnsupportedSchemaError(path, `zod can't write it as JSON Schema: ${(cause as Error).message}`, { cause });
  }
  return convert(json as Record<string, unknown>, path);
}

const lostMarker = "x-lost";

/** What zod checks but leaves out of JSON Schema without a word. */
function lostInTranslation({ _zod: { def } }: z.core.$ZodTypes): string | undefined {
  if (def.checks?.some(({ _zod: check }) => check.def.check === "custom")) {
    return "a refinement doesn't reach the API server; use a CEL rule";
  }
  if (["pipe", "transform", "catch", "prefault"].includes(def.type)) {
    return `${def.type} changes values on one side only; the API server stores what the user wrote`;
  }
  if (def.type === "record" && !isPlainString(def.keyType)) {
    return "keys of a map can't be checked by a schema; use z.string() and a CEL rule";
  }
  return undefined;
}

function isPlainString({ _zod: { def } }: z.core.$ZodType): boolean {
  return def.type === "string" && !def.checks?.length;
}

function convert(node: Record<string, unknown>, path: string): StructuralSchema {
  if (node["x-kubernetes-int-or-string"] === true) return intOrStringNode(node, path);
  if (typeof node[lostMarker] === "string") throw new UnsupportedSchemaError(path, node[lostMarker]);
  rejectBanned(node, path);
  if (node["type"] === undefined)
    throw new UnsupportedSchemaError(path, "it has no type; unknown, any, date and bigint can't be checked");

  const { type, description, "x-kubernetes-validations": rules } = node;
  const result: StructuralSchema = {
    type: type as string,
    ...(description ? { description: description as string } : {}),
    ...(rules ? { "x-kubernetes-validations": rules } : {}),
  };
  for (const [keyword, value] of Object.entries(node)) {
    if (passedOn.has(keyword) || keyword.startsWith("x-kubernetes-")) result[keyword] = value;
    else if (keyword === "pattern") result["pattern"] = linearPattern(value as string, path);
    else if (keyword === "format") result["format"] = value;
    else if (keyword === "properties")
      result.properties = mapValues(value as Nodes, (child, name) => convert(child, `${path}.${name}`));
    else if (keyword === "items") result.items = convert(value as Record<string, unknown>, `${path}[]`);
    else if (keyword === "additionalProperties") {
      const values = additionalProperties(node, path);
      if (values) result.additionalProperties = values;
    } else if (keyword !== "$schema" && keyword !== "readOnly")
      throw new UnsupportedSchemaError(path, `unknown keyword ${keyword}`);
  }
  if (result["format"] === "date-time") delete result["pattern"];
  boundsToFormat(result);
  requireBound(result, path);
  return result;
}

type Nodes = Record<string, Record<string, unknown>>;

function mapValues(nodes: Nodes, change: (node: Record<string, unknown>, name: string) => StructuralSchema) {
  return Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, change(node, name)]));
}

/** The branches' types may not be repeated beside the marker; pattern and bounds come from the marked node's metadata. */
function intOrStringNode(node: Record<string, unknown>, path: string): StructuralSchema {
  if (node["maxLength"] === undefined)
    throw new UnsupportedSchemaError(path, "a string needs a bound; add maxLength to the metadata");
  const kept = Object.entries(node).filter(([keyword]) => intOrString.includes(keyword));
  return { "x-kubernetes-int-or-string": true, ...Object.fromEntries(kept) };
}

function rejectBanned(node: Record<string, unknown>, path: string): void {
  for (const [keyword, remedy] of Object.entries(banned)) {
    if (keyword in node) throw new UnsupportedSchemaError(path, `${keyword} isn't allowed: ${remedy}`);
  }
}

function additionalProperties(node: Record<string, unknown>, path: string): StructuralSchema | undefined {
  const values = node["additionalProperties"];
  // strictObject: the API server drops unknown fields, or refuses them when asked to.
  if (values === false && "properties" in node) return undefined;
  if (typeof values !== "object" || values === null || "properties" in node) {
    throw new UnsupportedSchemaError(path, "an object has either known fields or values of one type");
  }
  return convert(values as Record<string, unknown>, `${path}{}`);
}

/** The API server uses Go's RE2, which knows neither look-around nor back-references. */
function linearPattern(pattern: string, path: string): string {
  if (/\(\?[=!<]|\\[1-9]/.test(pattern)) {
    throw new UnsupportedSchemaError(path, `RE2 has no look-around and no back-references: ${pattern}`);
  }
  return pattern;
}

/** z.int() and z.int32() write their formats as bounds. */
function boundsToFormat(node: StructuralSchema): void {
  const formats = [
    { format: "int32", minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
    { format: "int64", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  ];
  for (const { format, minimum, maximum } of formats) {
    if (node["minimum"] === minimum) delete node["minimum"];
    if (node["maximum"] !== maximum) continue;
    delete node["maximum"];
    node["format"] = format;
  }
}

/** The API server estimates the cost of CEL rules from bounds, and refuses the CRD when one is missing. */
function requireBound(node: StructuralSchema, path: string): void {
  const missing = (keyword: string, what: string) => {
    if (node[keyword] === undefined) throw new UnsupportedSchemaError(path, `${what} needs a bound; add ${keyword}`);
  };
  if (node.type === "array") missing("maxItems", "a list");
  if (node.additionalProperties) missing("maxProperties", "a map");
  if (node.type === "string" && !node["enum"] && node["format"] !== "date-time") missing("maxLength", "a string");
}
