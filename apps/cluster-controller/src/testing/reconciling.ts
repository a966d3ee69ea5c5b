import type { Condition, MultigresCluster, MultigresClusterStatus } from "@multigres/api-types";
import type {
  KubernetesObject,
  Plan,
  ResourceKind,
  TaskKind,
  TaskResult,
  TaskResults,
} from "@multigres/controller-kit";
import { storesWith } from "@multigres/controller-kit/testing";
import type { TopologyOutcome } from "@multigres/topology";
import { clusterController } from "../definition.ts";
import { observe } from "../observe.ts";
import { reconcile } from "../reconcile.ts";
import { now, testSettings } from "./builders.ts";

/** How the tasks of a kind ended, by its name; the default is that all went well. Undefined: not yet. */
export type Answers = (kind: string, input: unknown) => TaskResult<TopologyOutcome> | undefined;

export const allDone: Answers = () => ({ state: "done", output: { result: "done" } });
export const nothingKnown: Answers = () => undefined;

/** The plan for a cluster when these objects exist. */
export function planFor(
  cluster: MultigresCluster,
  objects: readonly KubernetesObject[] = [],
  answers: Answers = allDone,
  at = now,
): Plan<MultigresClusterStatus> {
  const results = { of: (kind: { name: string }, input: unknown) => answers(kind.name, input) } as TaskResults;
  return reconcile(observe(cluster, storesWith(clusterController, cluster, ...objects), results), {
    now: at,
    settings: testSettings,
  });
}

/** The inputs of the planned tasks of a kind. */
export function inputsOf<Input>(plan: Plan<unknown>, kind: TaskKind<Input, TopologyOutcome, never>): Input[] {
  return (plan.tasks ?? []).flatMap((task) => (task.kind.name === kind.name ? [task.input as Input] : []));
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
