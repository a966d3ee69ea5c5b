import type { V1ResourceRequirements } from "@kubernetes/client-node";
import type { ResourceList, ResourceRequirements } from "@multigres/api-types";

/** A container's resources as the API server wants them: quantities as text, `{}` when none are given. */
export function containerResources(resources: ResourceRequirements | undefined): V1ResourceRequirements {
  return {
    ...(resources?.requests ? { requests: asText(resources.requests) } : {}),
    ...(resources?.limits ? { limits: asText(resources.limits) } : {}),
    ...(resources?.claims ? { claims: resources.claims } : {}),
  };
}

function asText(list: ResourceList): Record<string, string> {
  return Object.fromEntries(Object.entries(list).map(([name, quantity]) => [name, String(quantity)]));
}
