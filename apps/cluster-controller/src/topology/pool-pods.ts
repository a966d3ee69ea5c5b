import type { V1Pod } from "@kubernetes/client-node";
import { labels } from "@multigres/api-types";
import { labelValue } from "@multigres/workload-kit";

/** Cells in which pods of the pools of one database, or of any, still exist; sorted. */
export function cellsWithPods(pods: readonly V1Pod[], database?: string): string[] {
  const ofDatabase = pods.filter(
    ({ metadata }) => database === undefined || metadata?.labels?.[labels.database] === labelValue(database),
  );
  return [...new Set(ofDatabase.flatMap(({ metadata }) => metadata?.labels?.[labels.cell] ?? []))].sort();
}

export function podNames(pods: readonly V1Pod[]): string[] {
  return pods.flatMap(({ metadata }) => metadata?.name ?? []);
}
