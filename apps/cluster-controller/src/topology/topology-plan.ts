import type { Plan, Task } from "@multigres/controller-kit";
import { isPaused } from "@multigres/status-kit";
import type { Observed } from "../observe.ts";
import type { ResolvedCluster } from "../resolve.ts";
import { type ExternalTopologies, externalTopologies, recordsFinalizer } from "./external-topologies.ts";
import { notMovedYet } from "./moved.ts";
import { type ExternalTopology, isSameTopology, wantedExternalTopologies } from "./places.ts";
import { type Registration, registration } from "./registration.ts";

interface TopologyPlan {
  readonly registration: Registration;
  readonly externals: ExternalTopologies;
  readonly tasks: readonly Task[];
  readonly finalizer: NonNullable<Plan<unknown>["finalizer"]>;
  readonly requeueAfterMs?: number;
}

/** What is to be done in topology servers, and what is known of it. */
export function topologyPlan(cluster: ResolvedCluster, observed: Observed): TopologyPlan {
  const { tasks, ...registered } = registration(cluster, observed);
  const externals = externalTopologies(cluster, observed, {
    isFree: (topology) => isFree(topology, cluster, observed),
    departing: false,
  });
  const paused = isPaused(cluster.owner);
  // Nothing is written to other people's servers before a restart would remember it.
  const noted = cluster.owner.status?.externalTopologies ?? [];
  const isNoted = wantedExternalTopologies(cluster).every((topology) =>
    noted.some((other) => isSameTopology(topology, other)),
  );
  return {
    registration: registered,
    externals: paused ? { ...externals, noted } : externals,
    tasks: [...(isNoted ? tasks : []), ...externals.tasks],
    finalizer: { name: recordsFinalizer, wanted: (paused ? noted : externals.noted).length > 0 },
    ...(isNoted || paused ? {} : { requeueAfterMs: 100 }),
  };
}

/** Whether nothing uses a topology any more that the spec doesn't name. */
function isFree({ cell }: ExternalTopology, cluster: ResolvedCluster, observed: Observed): boolean {
  if (cell === undefined) return notMovedYet(cluster, observed).length === 0 && cluster.cells.every(isSettled);
  return cluster.cells.some(({ name }) => name === cell)
    ? isSettled({ name: cell })
    : !observed.cellObjects.some(({ spec }) => spec?.name === cell);

  function isSettled({ name }: { readonly name: string }): boolean {
    const { metadata, status } = observed.cells.get(name) ?? {};
    const progressing = status?.conditions?.find(({ type }) => type === "Progressing");
    return status?.observedGeneration === metadata?.generation && progressing?.status === "False";
  }
}
