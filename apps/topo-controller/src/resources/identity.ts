import type { TopoServer } from "@multigres/api-types";
import { topoServerLabels } from "@multigres/workload-kit";

export function identityOf({ metadata, spec }: TopoServer): Record<string, string> {
  return topoServerLabels(spec.cluster.name, metadata.name, spec.cell);
}
