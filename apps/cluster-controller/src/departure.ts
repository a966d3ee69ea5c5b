import { annotations, type MultigresClusterStatus } from "@multigres/api-types";
import type { EventDraft, Plan, ReconcileContext } from "@multigres/controller-kit";
import { joinMessages, reasons, timeLeft } from "@multigres/status-kit";
import { clusterHealth } from "./health.ts";
import { deletion } from "./leftovers.ts";
import type { Observed } from "./observe.ts";
import { resolveCluster } from "./resolve.ts";
import type { Settings } from "./settings.ts";
import { clusterStatus } from "./status.ts";
import {
  type ExternalTopologies,
  externalTopologies,
  recordsFinalizer,
  skipsCleanup,
} from "./topology/external-topologies.ts";
import { describePlace } from "./topology/places.ts";
import { podNames } from "./topology/pool-pods.ts";
import type { Registration } from "./topology/registration.ts";

/** A cluster or namespace can always be deleted, whatever doesn't answer or doesn't end. */
const deadlineMs = 120_000;

const unknownRegistration: Registration = { databases: [], removal: { state: "pending" } };

/**
 * The plan for a cluster that is being deleted and has records in topologies of other people: first its own children and
 * their pods go, then the records. Without such records there is no finalizer, and the garbage collector does it all.
 */
export function depart(
  observed: Observed,
  { now, settings }: ReconcileContext<Settings>,
): Plan<MultigresClusterStatus> {
  const cluster = resolveCluster(observed, settings);
  const { metadata } = cluster.owner;
  const remaining = [
    ...observed.owned.map(({ kind, object }) => `${kind.kind} ${object.metadata?.name}`),
    ...podNames([...observed.poolPods, ...observed.multiadmin.pods, ...observed.multiorch.pods]).map(
      (name) => `Pod ${name}`,
    ),
  ];
  const externals = externalTopologies(cluster, observed, { isFree: () => remaining.length === 0, departing: true });
  const msLeft = timeLeft(metadata.deletionTimestamp, deadlineMs, now);
  const end = endOf({ observed, externals, skips: skipsCleanup(cluster), isLate: msLeft <= 0, remaining });
  const health = clusterHealth(cluster, observed, unknownRegistration);
  const volumesGo = cluster.persistentVolumeClaimRetentionPolicy.whenDeleted === "Delete";
  const going = remaining.map((object) => `${object} is being deleted with the cluster`);
  return {
    objects: [],
    deletions: end.isOver
      ? []
      : observed.owned.map((owned) => ({
          ...deletion(owned, "the cluster is being deleted.", volumesGo),
          // An orphaning deletion may have released it a moment ago.
          ...(owned.object.metadata?.resourceVersion && { resourceVersion: owned.object.metadata.resourceVersion }),
        })),
    events: end.events,
    status: (failures) =>
      clusterStatus(
        {
          cluster,
          health,
          leftovers: { messages: going, draining: undefined },
          registration: unknownRegistration,
          externals,
          failures,
        },
        now,
      ),
    ...(end.isOver ? {} : { requeueAfterMs: msLeft, tasks: externals.tasks }),
    finalizer: { name: recordsFinalizer, wanted: !end.isOver },
  };
}

interface Situation {
  readonly observed: Observed;
  readonly externals: ExternalTopologies;
  readonly skips: boolean;
  readonly isLate: boolean;
  readonly remaining: readonly string[];
}

function endOf({ observed, externals, skips, isLate, remaining }: Situation): {
  readonly isOver: boolean;
  readonly events: readonly EventDraft[];
} {
  const { cluster, orphanedChildren } = observed;
  const { leaving } = externals;
  // The garbage collector takes its finalizer away as soon as the children are released.
  const isOrphaning = cluster.metadata.finalizers?.includes("orphan") || orphanedChildren;
  if (leaving.length === 0) return { isOver: true, events: [] };
  if (isOrphaning) {
    return { isOver: true, events: [kept("Normal", reasons.recordsKept, "what is left running needs them")] };
  }
  if (skips) {
    const why = `the annotation ${annotations.skipTopologyCleanup} is set`;
    return { isOver: true, events: [kept("Warning", reasons.cleanupSkipped, why)] };
  }
  if (!isLate) return { isOver: false, events: [] };
  const waits = joinMessages([
    ...leaving.flatMap(({ step }) => ("message" in step ? [step.message] : [])),
    ...remaining.map((object) => `${object} is still there`),
  ]);
  const why = `${deadlineMs / 1000} s after the deletion they couldn't be removed (${waits})`;
  return { isOver: true, events: [kept("Warning", reasons.cleanupTimedOut, why)] };

  function kept(type: EventDraft["type"], reason: string, why: string): EventDraft {
    const places = [...new Set(leaving.map(({ topology }) => describePlace(topology)))];
    const note = `Records of the cluster stay in etcd under ${joinMessages(places, 400)}: ${why}`;
    return { type, reason, action: "RemoveRecords", note };
  }
}
