import type { Cell, ConditionStatus } from "@multigres/api-types";
import { hasOwnTopoServer } from "@multigres/merge-engine";
import {
  type Child,
  childHealth,
  conditionTypes,
  deploymentHealth,
  findCondition,
  joinMessages,
  reasons,
  statefulSetHealth,
  type WorkloadHealth,
} from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import type { Observed } from "./observe.ts";
import type { ResolvedCell, ResolvedCluster, ResolvedDatabase } from "./resolve.ts";
import { poolsOf, shardsPerTableGroup } from "./resources/tablegroup.ts";

/** What the cluster may conclude from one of its parts. */
export interface PartHealth {
  readonly available: ConditionStatus;
  readonly progressing: boolean;
  /** Why it isn't available, and what it progresses for: its own words, so that they are read at the root too. */
  readonly reasons: { readonly available: string; readonly progressing: string };
  readonly stalled?: { readonly reason: string; readonly message: string };
  /** Pods that can't run, and not merely start. */
  readonly trouble?: { readonly reason: string; readonly message: string };
  /** Names the culprit; set unless the part is available and at rest. */
  readonly message?: string;
}

export interface CellHealth extends PartHealth {
  readonly name: string;
  readonly gatewayAvailable: ConditionStatus;
  readonly topoServerAvailable: ConditionStatus;
}

export interface DatabaseHealth extends PartHealth {
  readonly name: string;
  readonly desiredInstances: number;
  readonly readyInstances: number;
  readonly servingWrites: ConditionStatus;
}

export interface ClusterHealth {
  readonly topology: PartHealth;
  readonly cells: readonly CellHealth[];
  readonly databases: readonly DatabaseHealth[];
  readonly multiadmin: PartHealth;
  /** Undefined when none is wanted. */
  readonly multiorch: PartHealth | undefined;
}

/** Health of the parts that should exist, whatever else does. */
export function clusterHealth(cluster: ResolvedCluster, observed: Observed): ClusterHealth {
  const topology = topologyHealth(cluster, observed);
  const { name } = cluster.reference;
  return {
    topology,
    cells: cluster.cells.map((cell) => cellHealth(name, cell, observed.cells.get(cell.name), topology)),
    databases: cluster.databases.map(databaseHealth),
    multiadmin: ofWorkload(
      deploymentHealth(
        { name: names.multiadmin(name), replicas: cluster.multiadmin.replicas },
        observed.multiadmin.deployment,
        observed.multiadmin.pods,
      ),
    ),
    multiorch:
      cluster.databases.length === 0
        ? undefined
        : ofWorkload(
            statefulSetHealth(
              { name: names.multiorch(name), replicas: cluster.multiorch.replicas },
              observed.multiorch.statefulSet,
              observed.multiorch.pods,
            ),
          ),
  };
}

/** Nothing here dials an external server yet, so what it does isn't known. */
function topologyHealth({ globalTopoServer, reference }: ResolvedCluster, { topoServer }: Observed): PartHealth {
  if (globalTopoServer.managed) {
    return ofChild({ kind: "TopoServer", name: names.globalTopoServer(reference.name) }, topoServer);
  }
  return {
    available: "Unknown",
    progressing: false,
    reasons: { available: reasons.componentsUnavailable, progressing: reasons.converged },
    message: `External topology server ${globalTopoServer.external.address} hasn't been asked`,
  };
}

function cellHealth(
  cluster: string,
  { name, topoServer }: ResolvedCell,
  cell: Cell | undefined,
  topology: PartHealth,
): CellHealth {
  const health = ofChild({ kind: "Cell", name: names.cell(cluster, name) }, cell);
  return {
    ...health,
    name,
    gatewayAvailable: reported(health, cell?.status?.gatewayAvailable),
    topoServerAvailable: hasOwnTopoServer(topoServer)
      ? reported(health, cell?.status?.topoServerAvailable)
      : topology.available,
  };
}

/** A field of a child's status, which counts only while the status is about the child's current spec. */
function reported(child: ObservedChild, field: ConditionStatus | undefined): ConditionStatus {
  return child.observed ? (field ?? "Unknown") : child.available;
}

function databaseHealth({ name, tableGroupName, existing, pools }: ResolvedDatabase): DatabaseHealth {
  const health = ofChild({ kind: "TableGroup", name: tableGroupName }, existing);
  const wantedPools = pools.state === "resolved" ? pools.pools : existing ? poolsOf(existing) : [];
  const status = health.observed ? existing?.status : undefined;
  const database = {
    ...health,
    name,
    desiredInstances: wantedPools.reduce((sum, pool) => sum + pool.replicas, 0) * shardsPerTableGroup,
    readyInstances: status?.readyPods ?? 0,
    servingWrites: status?.servingWrites ?? "Unknown",
  };
  if (pools.state === "resolved") return database;
  const { reason, message } = pools.problem;
  return {
    ...database,
    progressing: true,
    reasons: { available: existing ? health.reasons.available : reason, progressing: reason },
    message: joinMessages([message, existing && health.message]),
  };
}

interface ObservedChild extends PartHealth {
  /** False: the child doesn't exist, or what it says is about an older spec. */
  readonly observed: boolean;
}

function ofChild(expectation: { kind: string; name: string }, child: Child | undefined): ObservedChild {
  const health = childHealth(expectation, child);
  const reasonOf = (type: string, otherwise: string): string => {
    if (child === undefined) return reasons.notCreatedYet;
    if (!health.observed) return reasons.childrenNotObserved;
    return findCondition(child.status?.conditions, type)?.reason ?? otherwise;
  };
  return {
    ...health,
    reasons: {
      available: reasonOf(conditionTypes.available, reasons.componentsUnavailable),
      progressing: reasonOf(conditionTypes.progressing, reasons.childrenNotObserved),
    },
  };
}

function ofWorkload(health: WorkloadHealth): PartHealth {
  return {
    available: health.available,
    progressing: health.progressing,
    reasons: { available: health.reason, progressing: health.reason },
    trouble: health.trouble,
    message: health.messages.length === 0 ? undefined : joinMessages(health.messages),
  };
}
