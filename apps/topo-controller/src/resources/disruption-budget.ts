import type { V1PodDisruptionBudget } from "@kubernetes/client-node";
import type { TopoServer } from "@multigres/api-types";
import { disruptionBudget } from "@multigres/workload-kit";
import { identityOf } from "./identity.ts";

/** None below three members: those can't spare one, and a budget would block every node drain. */
export function memberBudget(topoServer: TopoServer): V1PodDisruptionBudget | undefined {
  const { metadata, spec } = topoServer;
  if (spec.replicas < 3) return undefined;
  const identity = identityOf(topoServer);
  return disruptionBudget({
    owner: topoServer,
    name: metadata.name,
    identity,
    selector: identity,
    wantedPods: spec.replicas,
  });
}
