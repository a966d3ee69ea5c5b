import type { V1Deployment, V1Pod, V1PodDisruptionBudget } from "@kubernetes/client-node";
import type { Cell, TopoServer } from "@multigres/api-types";
import { kinds, type Stores, type TaskResults } from "@multigres/controller-kit";
import { type Registration, registrationOf } from "./registration.ts";
import { gatewayName } from "./resources/identity.ts";
import { byCell, cellId } from "./watches.ts";

export interface ObservedCell {
  readonly cell: Cell;
  /** Ours, of the wanted name. */
  readonly gateway: V1Deployment | undefined;
  readonly gatewayPods: readonly V1Pod[];
  /** All that we control, wanted or not. */
  readonly disruptionBudgets: readonly V1PodDisruptionBudget[];
  /** All that we control, wanted or not. */
  readonly topoServers: readonly TopoServer[];
  readonly registration: Registration;
}

export function observe(cell: Cell, stores: Stores, results: TaskResults): ObservedCell {
  const { namespace, uid = "" } = cell.metadata;
  return {
    cell,
    gateway: stores
      .of(kinds.Deployment)
      .byIndex("controller", uid)
      .find(({ metadata }) => metadata?.name === gatewayName(cell)),
    gatewayPods: stores.of(kinds.Pod).byIndex(byCell, cellId(namespace, cell.spec.cluster.name, cell.spec.name)),
    disruptionBudgets: stores.of(kinds.PodDisruptionBudget).byIndex("controller", uid),
    topoServers: stores.of(kinds.TopoServer).byIndex("controller", uid),
    registration: registrationOf(cell, results),
  };
}
