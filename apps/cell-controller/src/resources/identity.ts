import type { Cell } from "@multigres/api-types";
import { cellLabels, components, names } from "@multigres/workload-kit";

export function gatewayIdentity({ spec }: Cell): Record<string, string> {
  return cellLabels(spec.cluster.name, spec.name, components.multigateway);
}

export function gatewayName({ spec }: Cell): string {
  return names.gateway(spec.cluster.name, spec.name);
}
