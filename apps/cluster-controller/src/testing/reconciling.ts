import type { Condition, MultigresCluster, MultigresClusterStatus } from "@multigres/api-types";
import type { KubernetesObject, Plan, ResourceKind } from "@multigres/controller-kit";
import { storesWith } from "@multigres/controller-kit/testing";
import { clusterController } from "../definition.ts";
import { observe } from "../observe.ts";
import { reconcile } from "../reconcile.ts";
import { now, testSettings } from "./builders.ts";

/** The plan for a cluster when these objects exist. */
export function planFor(
  cluster: MultigresCluster,
  objects: readonly KubernetesObject[] = [],
): Plan<MultigresClusterStatus> {
  return reconcile(observe(cluster, storesWith(clusterController, cluster, ...objects)), {
    now,
    settings: testSettings,
  });
}

/** The planned objects of one kind, by name. */
export function planned<T extends KubernetesObject>(plan: Plan<unknown>, kind: ResourceKind<T>): Map<string, T> {
  return new Map(
    plan.objects
      .filter((desired) => desired.kind.kind === kind.kind)
      .map((desired) => [desired.object.metadata?.name ?? "", desired.object as T]),
  );
}

export function plannedOne<T extends KubernetesObject>(plan: Plan<unknown>, kind: ResourceKind<T>, name: string): T {
  const found = planned(plan, kind).get(name);
  if (!found) throw new Error(`${kind.kind} ${name} isn't planned`);
  return found;
}

export function deleted(plan: Plan<unknown>): string[] {
  return plan.deletions.map(({ kind, name }) => `${kind.kind} ${name}`);
}

export function condition(status: MultigresClusterStatus, type: string): Condition {
  const found = status.conditions?.find((candidate) => candidate.type === type);
  if (!found) throw new Error(`no condition ${type}`);
  return found;
}
