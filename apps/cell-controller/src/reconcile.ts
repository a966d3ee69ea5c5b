import type { Cell, CellStatus } from "@multigres/api-types";
import {
  child,
  type Deletion,
  type DesiredObject,
  deletionOf,
  kinds,
  type Plan,
  surplusOf,
  workload,
} from "@multigres/controller-kit";
import { deploymentHealth, troubleReport } from "@multigres/status-kit";
import { type GatewayGate, gatewayGate } from "./gateway-gate.ts";
import type { ObservedCell } from "./observe.ts";
import { registrationEvents } from "./registration-events.ts";
import { gatewayDeployment } from "./resources/gateway-deployment.ts";
import { gatewayDisruptionBudget } from "./resources/gateway-disruption-budget.ts";
import { gatewayService } from "./resources/gateway-service.ts";
import { gatewayName } from "./resources/identity.ts";
import { localTopoServer } from "./resources/topo-server.ts";
import { cellStatus } from "./status.ts";
import { type StuckGateways, stuckGateways } from "./stuck-gateways.ts";

export function reconcile(observed: ObservedCell, { now }: { readonly now: Date }): Plan<CellStatus> {
  const { cell, gateway, gatewayPods, topoServers, registration } = observed;
  const gate = gatewayGate(cell, gateway, registration);
  const objects = [...topologyObjects(cell), ...gatewayObjects(cell, gate)];
  const gateways = deploymentHealth(
    { name: gatewayName(cell), replicas: cell.spec.multiGateway.replicas, required: 1 },
    gateway,
    gatewayPods,
  );
  const troubles = troubleReport([gateways], now);
  const stuck = stuckGateways(cell, registration, gatewayPods);
  return {
    objects,
    deletions: deletions(observed, stuck),
    tasks: registration.wanted ? registration.tasks : [],
    events: [...troubles.events, ...registrationEvents(cell, registration)],
    status: (failures) => cellStatus({ cell, gateways, registration, gate, topoServers, failures }, now),
    requeueAfterMs: stuck.lookAgainAfterMs ?? troubles.lookAgainAfterMs,
  };
}

function deletions({ cell, disruptionBudgets, topoServers }: ObservedCell, stuck: StuckGateways): Deletion[] {
  const wanted = [...topologyObjects(cell), ...gatewayObjects(cell, { open: true })];
  return [
    ...surplusOf(kinds.TopoServer, topoServers, wanted).map((surplus) =>
      deletionOf(
        kinds.TopoServer,
        surplus,
        "the cell no longer has a topology server of its own. Its PersistentVolumeClaims stay.",
      ),
    ),
    ...surplusOf(kinds.PodDisruptionBudget, disruptionBudgets, wanted).map((surplus) =>
      deletionOf(kinds.PodDisruptionBudget, surplus),
    ),
    ...stuck.pods.map((pod) =>
      deletionOf(
        kinds.Pod,
        pod,
        "it waits in CrashLoopBackOff since before the cell was registered; a new one starts at once",
      ),
    ),
  ];
}

function topologyObjects(cell: Cell): DesiredObject[] {
  const topoServer = localTopoServer(cell);
  return topoServer ? [child(kinds.TopoServer, topoServer)] : [];
}

function gatewayObjects(cell: Cell, gate: GatewayGate): DesiredObject[] {
  const budget = gatewayDisruptionBudget(cell);
  return [
    workload(kinds.Service, gatewayService(cell)),
    ...(gate.open ? [workload(kinds.Deployment, gatewayDeployment(cell))] : []),
    ...(budget && (gate.open || gate.waitsTo === "move") ? [workload(kinds.PodDisruptionBudget, budget)] : []),
  ];
}
