import type { V1PodDisruptionBudget } from "@kubernetes/client-node";
import type { Cell } from "@multigres/api-types";
import { disruptionBudget } from "@multigres/workload-kit";
import { gatewayIdentity, gatewayName } from "./identity.ts";

/** None for a single gateway: it would block every node drain. */
export function gatewayDisruptionBudget(cell: Cell): V1PodDisruptionBudget | undefined {
  const { replicas } = cell.spec.multiGateway;
  if (replicas < 2) return undefined;
  const identity = gatewayIdentity(cell);
  return disruptionBudget({
    owner: cell,
    name: gatewayName(cell),
    identity,
    selector: identity,
    wantedPods: replicas,
  });
}
