import { type Cell, cell } from "@multigres/api-types";
import { type KubernetesObject, type Parsed, parseWith } from "@multigres/controller-kit";
import { ownTopoServer } from "./own-topo-server.ts";

const parseBySchema = parseWith(cell);

export function parse(object: KubernetesObject): Parsed<Cell> {
  const parsed = parseBySchema(object);
  const own = parsed.ok ? ownTopoServer(parsed.value) : undefined;
  return own?.kind === "incomplete"
    ? { ok: false, message: `spec.topoServer: ${own.missing.join(", ")} must be set` }
    : parsed;
}
