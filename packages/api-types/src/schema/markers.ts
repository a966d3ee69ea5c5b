import { z } from "zod";

/**
 * What a CustomResourceDefinition knows and JSON Schema doesn't: CEL rules, list types, bounds of maps. Kept as zod
 * metadata beside the field it concerns; the CRD generator passes it on.
 */

/** One entry of `x-kubernetes-validations`; `message` says what to change. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** The same schema with CEL rules added to those that it has. */
export function withRules<S extends z.ZodType>(schema: S, ...rules: readonly ValidationRule[]): S {
  const present = (schema.meta()?.["x-kubernetes-validations"] ?? []) as readonly ValidationRule[];
  return schema.meta({ ...schema.meta(), "x-kubernetes-validations": [...present, ...rules] });
}

/** A bounded list that server-side apply merges item by item; `keys` are unique within it. */
export function listMap<S extends z.ZodObject>(
  item: S,
  keys: readonly (keyof z.infer<S> & string)[],
  max: number,
): z.ZodArray<S> {
  return z.array(item).max(max).meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys });
}

/** A bounded list that has one writer: server-side apply replaces it as a whole. */
export function atomicList<S extends z.ZodType>(item: S, max: number): z.ZodArray<S> {
  return z.array(item).max(max).meta({ "x-kubernetes-list-type": "atomic" });
}

/** A bounded map from any key. */
export function mapOf<S extends z.ZodType>(value: S, max: number): z.ZodRecord<z.ZodString, S> {
  return z.record(z.string(), value).meta({ maxProperties: max });
}

/** An object that has one writer, as Kubernetes marks selectors and references. */
export function atomicObject<S extends z.ZodObject>(schema: S): S {
  return schema.meta({ ...schema.meta(), "x-kubernetes-map-type": "atomic" });
}

/** A string of 1 to `max` characters. */
export function text(max: number): z.ZodString {
  return z.string().min(1).max(max);
}

/** A string of 0 to `max` characters. */
export function textOrEmpty(max: number): z.ZodString {
  return z.string().max(max);
}
