import type { Cell, CellStatus } from "@multigres/api-types";
import {
  child,
  type DesiredObject,
  deletionOf,
  kinds,
  type Plan,
  surplusOf,
  workload,
} from "@multigres/controller-kit";
import { deploymentHealth, troubleReport } from "@multigres/status-kit";
import type { ObservedCell } from "./observe.ts";
import { gatewayDeployment } from "./resources/gateway-deployment.ts";
import { gatewayDisruptionBudget } from "./resources/gateway-disruption-budget.ts";
import { gatewayService } from "./resources/gateway-service.ts";
import { gatewayName } from "./resources/identity.ts";
import { localTopoServer } from "./resources/topo-server.ts";
import { cellStatus } from "./status.ts";

export function reconcile(
  { cell, gateway, gatewayPods, disruptionBudgets, topoServers }: ObservedCell,
  { now }: { readonly now: Date },
): Plan<CellStatus> {
  const objects = [...topologyObjects(cell), ...gatewayObjects(cell)];
  const gateways = deploymentHealth(
    { name: gatewayName(cell), replicas: cell.spec.multiGateway.replicas, required: 1 },
    gateway,
    gatewayPods,
  );
  const troubles = troubleReport([gateways], now);
  return {
    objects,
    deletions: [
      ...surplusOf(kinds.TopoServer, topoServers, objects).map((surplus) =>
        deletionOf(
          kinds.TopoServer,
          surplus,
          "the cell no longer has a topology server of its own. Its PersistentVolumeClaims stay.",
        ),
      ),
      ...surplusOf(kinds.PodDisruptionBudget, disruptionBudgets, objects).map((surplus) =>
        deletionOf(kinds.PodDisruptionBudget, surplus),
      ),
    ],
    events: troubles.events,
    status: (failures) => cellStatus({ cell, gateways, topoServers, failures }, now),
    requeueAfterMs: troubles.lookAgainAfterMs,
  };
}

function topologyObjects(cell: Cell): DesiredObject[] {
  const topoServer = localTopoServer(cell);
  return topoServer ? [child(kinds.TopoServer, topoServer)] : [];
}

function gatewayObjects(cell: Cell): DesiredObject[] {
  const budget = gatewayDisruptionBudget(cell);
  return [
    workload(kinds.Service, gatewayService(cell)),
    workload(kinds.Deployment, gatewayDeployment(cell)),
    ...(budget ? [workload(kinds.PodDisruptionBudget, budget)] : []),
  ];
}
