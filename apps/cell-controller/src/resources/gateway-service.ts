import type { V1Service } from "@kubernetes/client-node";
import type { Cell } from "@multigres/api-types";
import { service } from "@multigres/workload-kit";
import { gatewayIdentity, gatewayName } from "./identity.ts";
import { ports } from "./ports.ts";

export function gatewayService(cell: Cell): V1Service {
  const { type, annotations } = cell.spec.multiGateway.service ?? {};
  return service({
    owner: cell,
    name: gatewayName(cell),
    identity: gatewayIdentity(cell),
    ports: { postgres: ports.postgres, "pg-replica": ports["pg-replica"] },
    type,
    annotations,
  });
}
