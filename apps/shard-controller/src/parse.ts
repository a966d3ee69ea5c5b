import { type Shard, shard } from "@multigres/api-types";
import type { KubernetesObject, Parsed } from "@multigres/controller-kit";

/** The object itself, not zod's copy: fields of a newer API version stay. */
export function parse(object: KubernetesObject): Parsed<Shard> {
  const parsed = shard.safeParse(object);
  if (parsed.success) return { ok: true, value: object as Shard };
  const issues = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join(".") || "object"}: ${message}`);
  return { ok: false, message: issues.join("; ") };
}
