import type { Cell, ConditionStatus } from "@multigres/api-types";
import { hasOwnTopoServer } from "@multigres/merge-engine";
import {
  type ChildHealth,
  childHealth,
  deploymentHealth,
  joinMessages,
  type PartHealth,
  reasons,
  statefulSetHealth,
  type WorkloadHealth,
} from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import type { GrowthFailures } from "./growth-failures.ts";
import type { Observed } from "./observe.ts";
import type { ResolvedCell, ResolvedCluster, ResolvedDatabase } from "./resolve.ts";
import { poolsOf, shardsPerTableGroup } from "./resources/tablegroup.ts";

/** A part whose child tells which of its volumes couldn't grow, by the child's own keys. */
interface GrowingPart extends PartHealth {
  readonly growthFailures: GrowthFailures;
}

interface CellHealth extends GrowingPart {
  readonly name: string;
  readonly gatewayAvailable: ConditionStatus;
  readonly topoServerAvailable: ConditionStatus;
}

interface DatabaseHealth extends GrowingPart {
  readonly name: string;
  readonly desiredInstances: number;
  readonly readyInstances: number;
  readonly servingWrites: ConditionStatus;
}

export interface ClusterHealth {
  readonly topology: GrowingPart;
  readonly cells: readonly CellHealth[];
  readonly databases: readonly DatabaseHealth[];
  readonly multiadmin: WorkloadHealth;
  /** Undefined when none is wanted. */
  readonly multiorch: WorkloadHealth | undefined;
}

/** Health of the parts that should exist, whatever else does. */
export function clusterHealth(cluster: ResolvedCluster, observed: Observed): ClusterHealth {
  const topology = topologyHealth(cluster, observed);
  const { name } = cluster.reference;
  return {
    topology,
    cells: cluster.cells.map((cell) => cellHealth(name, cell, observed.cells.get(cell.name), topology)),
    databases: cluster.databases.map(databaseHealth),
    multiadmin: deploymentHealth(
      { name: names.multiadmin(name), replicas: cluster.multiadmin.replicas },
      observed.multiadmin.deployment,
      observed.multiadmin.pods,
    ),
    multiorch:
      cluster.databases.length === 0
        ? undefined
        : statefulSetHealth(
            { name: names.multiorch(name), replicas: cluster.multiorch.replicas },
            observed.multiorch.statefulSet,
            observed.multiorch.pods,
          ),
  };
}

/** Nothing here dials an external server yet, so what it does isn't known. */
function topologyHealth({ globalTopoServer, reference }: ResolvedCluster, { topoServer }: Observed): GrowingPart {
  if (globalTopoServer.managed) {
    const health = childHealth({ kind: "TopoServer", name: names.globalTopoServer(reference.name) }, topoServer);
    return { ...health, growthFailures: reported(health, topoServer?.status?.storageGrowthFailures, {}) };
  }
  return {
    available: "Unknown",
    progressing: false,
    reasons: { available: reasons.componentsUnavailable, progressing: reasons.converged },
    message: `External topology server ${globalTopoServer.external.address} hasn't been asked`,
    growthFailures: {},
  };
}

function cellHealth(
  cluster: string,
  { name, topoServer }: ResolvedCell,
  cell: Cell | undefined,
  topology: PartHealth,
): CellHealth {
  const health = childHealth({ kind: "Cell", name: names.cell(cluster, name) }, cell);
  return {
    ...health,
    name,
    gatewayAvailable: availabilityOf(health, cell?.status?.gatewayAvailable),
    topoServerAvailable: hasOwnTopoServer(topoServer)
      ? availabilityOf(health, cell?.status?.topoServerAvailable)
      : topology.available,
    growthFailures: reported(health, cell?.status?.storageGrowthFailures, {}),
  };
}

/** A field of a child's status counts only while the status is about the child's current spec. */
function reported<T>({ observed }: ChildHealth, field: T | undefined, otherwise: T): T {
  return observed ? (field ?? otherwise) : otherwise;
}

function availabilityOf(child: ChildHealth, field: ConditionStatus | undefined): ConditionStatus {
  return child.observed ? (field ?? "Unknown") : child.available;
}

function databaseHealth({ name, tableGroupName, existing, pools }: ResolvedDatabase): DatabaseHealth {
  const health = childHealth({ kind: "TableGroup", name: tableGroupName }, existing);
  const wantedPools = pools.state === "resolved" ? pools.pools : existing ? poolsOf(existing) : [];
  const status = existing?.status;
  const database = {
    ...health,
    name,
    desiredInstances: wantedPools.reduce((sum, pool) => sum + pool.replicas, 0) * shardsPerTableGroup,
    readyInstances: reported(health, status?.readyPods, 0),
    servingWrites: reported<ConditionStatus>(health, status?.servingWrites, "Unknown"),
    growthFailures: reported(health, status?.storageGrowthFailures, {}),
  };
  if (pools.state === "resolved") return database;
  const { reason, message } = pools.problem;
  return {
    ...database,
    progressing: true,
    reasons: { available: existing ? health.reasons.available : reason, progressing: reason },
    stalled: { reason, message: joinMessages([message, health.stalled?.message]) },
    message: joinMessages([message, existing && health.message]),
  };
}
