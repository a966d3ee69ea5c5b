import { type Cell, cell } from "@multigres/api-types";
import type { KubernetesObject, Parsed } from "@multigres/controller-kit";
import { ownTopoServer } from "./own-topo-server.ts";

/** The object itself, not zod's copy: fields of a newer API version stay. */
export function parse(object: KubernetesObject): Parsed<Cell> {
  const parsed = cell.safeParse(object);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "object"}: ${message}`);
    return { ok: false, message: issues.slice(0, 5).join("; ") };
  }
  const own = ownTopoServer(parsed.data);
  if (own.kind === "incomplete") {
    return { ok: false, message: `spec.topoServer: ${own.missing.join(", ")} must be set` };
  }
  return { ok: true, value: object as Cell };
}
