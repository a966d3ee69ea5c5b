import { type Task, task } from "@multigres/controller-kit";
import { pauseAfter, stepOf, type TopologyStep } from "@multigres/topology";
import type { Observed } from "../observe.ts";
import type { ResolvedCell, ResolvedCluster } from "../resolve.ts";
import { databaseRecord } from "./database-record.ts";
import { cellPlace, globalPlace, topologyOwner } from "./places.ts";
import { cellsWithPods } from "./pool-pods.ts";
import { keptPods } from "./pooler-records.ts";
import { type PrunePoolersInput, prunePoolers, registerDatabase, removeUnwantedRecords } from "./tasks.ts";

/** What is known of the cluster in its global topology. */
export interface Registration {
  readonly databases: readonly { readonly name: string; readonly step: TopologyStep }[];
  /** Whether records that nobody wants any more could be removed: at rest a sign of life. */
  readonly removal: TopologyStep;
}

/** Stale records of poolers harm nobody; whenever a pod goes, they are looked at anyway. */
const pruneEveryMs = 300_000;

export function registration(
  cluster: ResolvedCluster,
  observed: Observed,
): Registration & { readonly tasks: readonly Task[] } {
  const { results } = observed;
  const base = { owner: topologyOwner(cluster), place: globalPlace(cluster) };
  const records = cluster.databases.flatMap((database) => databaseRecord(cluster, database, observed) ?? []);
  const databases = records.map((record) => {
    const input = { ...base, record };
    return { name: record.name, input, step: stepOf(results.of(registerDatabase, input)) };
  });
  const removalInput = { ...base, keep: kept(cluster, observed), shardInitClaims: losesItsData(cluster) };
  const removal = stepOf(results.of(removeUnwantedRecords, removalInput));
  return {
    databases: databases.map(({ name, step }) => ({ name, step })),
    removal,
    tasks: [
      ...databases.map(({ input, step }) => task(registerDatabase, input, pauseAfter(step))),
      task(removeUnwantedRecords, removalInput, pauseAfter(removal)),
      ...cluster.cells
        .filter(({ topologyReconciliation }) => topologyReconciliation.pruneTablets)
        .map((cell) => task(prunePoolers, prunePoolersInput(cluster, cell, observed), pruneEveryMs)),
    ],
  };
}

/** What a shard's first initialisation left in the topology belongs to its data. */
export function losesItsData({ persistentVolumeClaimRetentionPolicy }: ResolvedCluster): boolean {
  return persistentVolumeClaimRetentionPolicy.whenDeleted === "Delete";
}

function prunePoolersInput(cluster: ResolvedCluster, cell: ResolvedCell, observed: Observed): PrunePoolersInput {
  return {
    owner: topologyOwner(cluster),
    place: cellPlace(cluster, cell),
    cell: cell.name,
    keep: keptPods(cluster, cell.name, observed),
  };
}

/** A record outlives the objects behind it: what is on its way out still needs it. */
function kept({ cells, databases }: ResolvedCluster, { tableGroups, cellObjects, poolPods }: Observed) {
  const sorted = (names: readonly (string | undefined)[]) =>
    [...new Set(names)].filter((name): name is string => typeof name === "string").sort();
  return {
    databases: sorted([
      ...databases.map(({ name }) => name),
      ...tableGroups.map(({ spec }) => spec?.database as string | undefined),
    ]),
    cells: sorted([
      ...cells.map(({ name }) => name),
      ...cellObjects.map(({ spec }) => spec?.name as string | undefined),
      ...cellsWithPods(poolPods),
    ]),
  };
}
