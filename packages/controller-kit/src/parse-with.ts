import type { z } from "zod";
import type { Parsed } from "./definition.ts";
import type { KubernetesObject } from "./resource.ts";

const shownIssues = 5;

/**
 * A definition's `parse` by a schema of api-types. Gives the object itself, not zod's copy, so that fields of a newer
 * API version stay; refuses with the paths of the first fields that are wrong.
 */
export function parseWith<T>(schema: z.ZodType<T>): (object: KubernetesObject) => Parsed<T> {
  return (object) => {
    const parsed = schema.safeParse(object);
    if (parsed.success) return { ok: true, value: object as T };
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "object"}: ${message}`);
    return { ok: false, message: issues.slice(0, shownIssues).join("; ") };
  };
}
