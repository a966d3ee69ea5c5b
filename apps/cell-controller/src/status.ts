import type { Cell, CellStatus, TopoServer } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import { baseStatus, messages, partOfWorkload, summaryOfParts, type WorkloadHealth } from "@multigres/status-kit";
import { gatewayName } from "./resources/identity.ts";
import { topologyHealth } from "./topology-health.ts";

export interface CellFacts {
  readonly cell: Cell;
  readonly gateways: WorkloadHealth;
  /** The TopoServers that the cell controls, wanted or not. */
  readonly topoServers: readonly TopoServer[];
  readonly failures: readonly WriteFailure[];
}

export function cellStatus({ cell, gateways, topoServers, failures }: CellFacts, now: Date): CellStatus {
  const { own, removing, storageGrowthFailures } = topologyHealth(cell, topoServers);
  const summary = summaryOfParts([partOfWorkload(gateways), ...(own ? [own] : [])], {
    healthy: messages.gatewayHealthy,
    removing,
  });
  return {
    ...baseStatus(cell, { summary, failures }, now),
    gatewayReplicas: gateways.desired,
    gatewayReadyReplicas: gateways.ready,
    gatewayServiceName: gatewayName(cell),
    gatewayAvailable: gateways.available,
    topoServerAvailable: own?.available ?? "Unknown",
    ...(storageGrowthFailures === undefined ? {} : { storageGrowthFailures }),
  };
}
