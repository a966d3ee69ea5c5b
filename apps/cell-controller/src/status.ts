import type { Cell, CellStatus, TopoServer } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import {
  baseStatus,
  messages,
  type PartHealth,
  partOfWorkload,
  summaryOfParts,
  type WorkloadHealth,
} from "@multigres/status-kit";
import { type GatewayGate, registrationHealth } from "./gateway-gate.ts";
import { registeredCondition } from "./registered-condition.ts";
import type { Registration } from "./registration.ts";
import { gatewayName } from "./resources/identity.ts";
import { topologyHealth } from "./topology-health.ts";

export interface CellFacts {
  readonly cell: Cell;
  readonly gateways: WorkloadHealth;
  readonly registration: Registration;
  readonly gate: GatewayGate;
  /** The TopoServers that the cell controls, wanted or not. */
  readonly topoServers: readonly TopoServer[];
  readonly failures: readonly WriteFailure[];
}

export function cellStatus(facts: CellFacts, now: Date): CellStatus {
  const { cell, gateways, registration, gate, topoServers, failures } = facts;
  const topology = topologyHealth(cell, topoServers, registration);
  const registered = registrationHealth(cell, registration, gate);
  const parts = [
    ...(topology.own ? [unlessTold(topology.own, registered)] : []),
    ...(registered ? [registered] : []),
    // Gateways that don't exist because they wait are told of by what they wait for.
    ...(gate.open || gate.waitsTo === "move" ? [partOfWorkload(gateways)] : []),
  ];
  const summary = summaryOfParts(parts, { healthy: messages.gatewayHealthy, removing: topology.removing });
  return {
    ...baseStatus(cell, { summary, failures, others: [registeredCondition(cell, registration)] }, now),
    gatewayReplicas: gateways.desired,
    gatewayReadyReplicas: gateways.ready,
    gatewayServiceName: gatewayName(cell),
    gatewayAvailable: gateways.available,
    topoServerAvailable: topology.available,
    ...(topology.storageGrowthFailures === undefined ? {} : { storageGrowthFailures: topology.storageGrowthFailures }),
  };
}

/** The cell's own server may be all that its registration waits for; then that tells why. */
function unlessTold(own: PartHealth, registered: PartHealth | undefined): PartHealth {
  const told =
    own.message !== undefined && registered?.available === "False" && registered.message?.includes(own.message);
  return told ? { ...own, message: undefined } : own;
}
