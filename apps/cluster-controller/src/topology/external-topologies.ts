import { annotations } from "@multigres/api-types";
import { type Task, task } from "@multigres/controller-kit";
import { hasOwnTopoServer } from "@multigres/merge-engine";
import { stepOf, type TopologyPlace, type TopologyStep } from "@multigres/topology";
import type { Observed } from "../observe.ts";
import type { ResolvedCluster } from "../resolve.ts";
import {
  cellPlace,
  type ExternalTopology,
  globalPlace,
  isSameTopology,
  placeOf,
  topologyOwner,
  wantedExternalTopologies,
} from "./places.ts";
import { losesItsData } from "./registration.ts";
import { type LeaveTopologyInput, leaveTopology } from "./tasks.ts";

/** Keeps a cluster that is being deleted until its records are out of the topologies of other people. */
export const recordsFinalizer = "multigres.com/topology-records";

/** A topology that the cluster was registered in and doesn't use any more. */
export interface Leaving {
  readonly topology: ExternalTopology;
  readonly step: TopologyStep;
}

export interface ExternalTopologies {
  /** All that may hold records of ours: noted in the status before anything is written there. */
  readonly noted: readonly ExternalTopology[];
  /** Those of them that nothing needs any more and that aren't left yet. */
  readonly leaving: readonly Leaving[];
  readonly tasks: readonly Task[];
}

const retryEveryMs = 10_000;

/**
 * @param isFree whether nothing uses a topology any more
 * @param departing the cluster itself is being deleted: all are left
 */
export function externalTopologies(
  cluster: ResolvedCluster,
  { results }: Observed,
  { isFree, departing }: { readonly isFree: (topology: ExternalTopology) => boolean; readonly departing: boolean },
): ExternalTopologies {
  const before = cluster.owner.status?.externalTopologies ?? [];
  const wanted = wantedExternalTopologies(cluster);
  const isWanted = (topology: ExternalTopology) => wanted.some((other) => isSameTopology(topology, other));
  const unused = [...before.filter((topology) => !isWanted(topology)), ...(departing ? wanted : [])];
  const inUse = departing ? [] : wanted;
  if (!departing && skipsCleanup(cluster)) return { noted: sorted(inUse), leaving: [], tasks: [] };
  const attempts = unused.map((topology) => {
    const input = leaveInput(cluster, topology, departing);
    return { topology, input, step: stepOf(results.of(leaveTopology, input)) };
  });
  const left = attempts.filter(({ step }) => step.state !== "done");
  return {
    noted: sorted([...inUse, ...left.map(({ topology }) => topology)]),
    leaving: left.map(({ topology, step }) => ({ topology, step })),
    tasks: attempts
      .filter(({ topology }) => isFree(topology))
      .map(({ input }) => task(leaveTopology, input, retryEveryMs)),
  };
}

/** A person gives the records up, for example because the server is gone for good. */
export function skipsCleanup({ owner: { metadata } }: ResolvedCluster): boolean {
  return metadata.annotations?.[annotations.skipTopologyCleanup] === "true";
}

function leaveInput(cluster: ResolvedCluster, topology: ExternalTopology, departing: boolean): LeaveTopologyInput {
  const { cell } = topology;
  const keepsComponents = cluster.cells.filter((each) => !each.topologyReconciliation.pruneTablets);
  const ownCell = cluster.cells.find(({ name }) => name === cell);
  return {
    owner: topologyOwner(cluster),
    place: placeOf(topology),
    cell,
    cells: cell === undefined ? cluster.cells.map(({ name }) => name) : [],
    keepComponentsOf: keepsComponents.map(({ name }) => name),
    current: departing ? undefined : currentPlace(cluster, cell),
    ownsCurrent: hasOwnTopoServer(ownCell?.topoServer),
    shardInitClaims: departing && losesItsData(cluster),
  };
}

function currentPlace(cluster: ResolvedCluster, cell: string | undefined): TopologyPlace | undefined {
  if (cell === undefined) return globalPlace(cluster);
  const found = cluster.cells.find(({ name }) => name === cell);
  return found && cellPlace(cluster, found);
}

function sorted(topologies: readonly ExternalTopology[]): ExternalTopology[] {
  const text = ({ cell = "", address, rootPath }: ExternalTopology) => JSON.stringify([cell, address, rootPath]);
  const byText = (a: ExternalTopology, b: ExternalTopology) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);
  return [...topologies].sort(byText);
}
