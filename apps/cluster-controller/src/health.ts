import type { Cell, ConditionStatus } from "@multigres/api-types";
import { hasOwnTopoServer } from "@multigres/merge-engine";
import {
  type ChildHealth,
  childHealth,
  deploymentHealth,
  joinMessages,
  type PartHealth,
  statefulSetHealth,
  type WorkloadHealth,
} from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import type { GrowthFailures } from "./growth-failures.ts";
import type { Observed } from "./observe.ts";
import { poolsOfDatabase, type ResolvedCell, type ResolvedCluster, type ResolvedDatabase } from "./resolve.ts";
import { shardsPerTableGroup } from "./resources/tablegroup.ts";
import type { Registration } from "./topology/registration.ts";
import { externalServerHealth } from "./topology/external-server-health.ts";

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
export function clusterHealth(cluster: ResolvedCluster, observed: Observed, registration: Registration): ClusterHealth {
  const topology = topologyHealth(cluster, observed, registration);
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

function topologyHealth(cluster: ResolvedCluster, { topoServer }: Observed, registration: Registration): GrowingPart {
  const { globalTopoServer, reference } = cluster;
  if (globalTopoServer.managed) {
    const health = childHealth({ kind: "TopoServer", name: names.globalTopoServer(reference.name) }, topoServer);
    return { ...health, growthFailures: reported(health, topoServer?.status?.storageGrowthFailures, {}) };
  }
  return { ...externalServerHealth(cluster, globalTopoServer.external.address, registration), growthFailures: {} };
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

function databaseHealth(resolved: ResolvedDatabase): DatabaseHealth {
  const { name, tableGroupName, existing, pools } = resolved;
  const health = childHealth({ kind: "TableGroup", name: tableGroupName }, existing);
  const wantedPools = poolsOfDatabase(resolved) ?? [];
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
