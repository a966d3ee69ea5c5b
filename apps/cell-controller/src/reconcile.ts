import type { Cell, CellStatus, TopoServer } from "@multigres/api-types";
import {
  type Deletion,
  type DesiredObject,
  type EventDraft,
  type KubernetesObject,
  kinds,
  type Plan,
  type ResourceKind,
} from "@multigres/controller-kit";
import { deploymentHealth, reasons, type WorkloadHealth } from "@multigres/status-kit";
import { carriesIdentityOf } from "@multigres/workload-kit";
import type { ObservedCell } from "./observe.ts";
import { gatewayDeployment } from "./resources/gateway-deployment.ts";
import { gatewayDisruptionBudget } from "./resources/gateway-disruption-budget.ts";
import { gatewayService } from "./resources/gateway-service.ts";
import { gatewayName } from "./resources/identity.ts";
import { isSameTopoServer, localTopoServer } from "./resources/topo-server.ts";
import { cellStatus } from "./status.ts";

export function reconcile(
  { cell, gateway, gatewayPods, disruptionBudgets, topoServers }: ObservedCell,
  { now }: { readonly now: Date },
): Plan<CellStatus> {
  const objects = [...topologyObjects(cell), ...gatewayObjects(cell)];
  const surplusTopoServers = surplus(kinds.TopoServer, topoServers, objects);
  const gateways = deploymentHealth(
    { name: gatewayName(cell), replicas: cell.spec.multiGateway.replicas, required: 1 },
    gateway,
    gatewayPods,
  );
  return {
    objects,
    deletions: [...surplusTopoServers, ...surplus(kinds.PodDisruptionBudget, disruptionBudgets, objects)],
    events: [...troubleEvents(gateways), ...surplusTopoServers.map(removalEvent)],
    status: (failures) => cellStatus({ cell, gateways, topoServers, failures }, now),
  };
}

function topologyObjects(cell: Cell): DesiredObject[] {
  const topoServer = localTopoServer(cell);
  if (!topoServer) return [];
  const child: DesiredObject<TopoServer> = {
    write: "exact",
    kind: kinds.TopoServer,
    object: topoServer,
    isOurs: (live) => isSameTopoServer(topoServer, live),
  };
  return [child as unknown as DesiredObject];
}

function gatewayObjects(cell: Cell): DesiredObject[] {
  const budget = gatewayDisruptionBudget(cell);
  return [
    applied(kinds.Service, gatewayService(cell)),
    applied(kinds.Deployment, gatewayDeployment(cell)),
    ...(budget ? [applied(kinds.PodDisruptionBudget, budget)] : []),
  ];
}

function applied<T extends KubernetesObject>(kind: ResourceKind<T>, object: T): DesiredObject {
  const desired: DesiredObject<T> = { write: "apply", kind, object, isOurs: carriesIdentityOf(object) };
  return desired as unknown as DesiredObject;
}

/** What we control of a kind and no longer want. */
function surplus<T extends KubernetesObject>(
  kind: ResourceKind<T>,
  controlled: readonly T[],
  objects: readonly DesiredObject[],
): Deletion[] {
  const wanted = objects
    .filter((desired) => desired.kind.kind === kind.kind)
    .map(({ object }) => object.metadata?.name);
  return controlled
    .filter(({ metadata }) => !wanted.includes(metadata?.name))
    .map(({ metadata }) => ({
      kind,
      namespace: metadata?.namespace ?? "",
      name: metadata?.name ?? "",
      uid: metadata?.uid ?? "",
    }));
}

function troubleEvents({ trouble }: WorkloadHealth): EventDraft[] {
  return trouble ? [{ type: "Warning", reason: trouble.reason, action: "WatchGateways", note: trouble.message }] : [];
}

function removalEvent({ name }: Deletion): EventDraft {
  return {
    type: "Normal",
    reason: reasons.removing,
    action: "Delete",
    note: `Deleting TopoServer ${name}: the cell no longer has a topology server of its own. Its PersistentVolumeClaims stay.`,
  };
}
