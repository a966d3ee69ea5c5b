import { type MultigresCluster, multigresCluster } from "@multigres/api-types";
import type { KubernetesObject, Parsed } from "@multigres/controller-kit";

/** The object itself, not zod's copy: fields of a newer API version stay. */
export function parse(object: KubernetesObject): Parsed<MultigresCluster> {
  const parsed = multigresCluster.safeParse(object);
  if (parsed.success) return { ok: true, value: object as MultigresCluster };
  const issues = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join(".") || "object"}: ${message}`);
  return { ok: false, message: issues.join("; ") };
}
