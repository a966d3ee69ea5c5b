import type { MultigresCluster, MultigresClusterStatus } from "@multigres/api-types";
import { baseStatus, malformedStatus } from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import { clusterConditions, clusterSummary, type Findings } from "./conditions.ts";
import { storageGrowthFailures } from "./growth-failures.ts";
import type { ClusterHealth } from "./health.ts";
import { passwordSecretStatus } from "./resources/password-secret.ts";

/** The whole status, rebuilt from what was found. */
export function clusterStatus(findings: Findings, now: Date): MultigresClusterStatus {
  const { cluster, health, failures, externals } = findings;
  const { name } = cluster.reference;
  const sum = (field: "desiredInstances" | "readyInstances") =>
    health.databases.reduce((total, database) => total + database[field], 0);
  return {
    ...baseStatus(
      cluster.owner,
      { summary: clusterSummary(findings), failures, others: clusterConditions(findings) },
      now,
    ),
    globalTopoServer: { etcd: { available: health.topology.available } },
    cells: Object.fromEntries(
      health.cells.map(({ name: cell, gatewayAvailable, topoServerAvailable }) => [
        cell,
        { gatewayAvailable, topoServerAvailable },
      ]),
    ),
    ...databases(health),
    desiredInstances: sum("desiredInstances"),
    readyInstances: sum("readyInstances"),
    multiadmin: { available: health.multiadmin.available, serviceName: names.multiadmin(name) },
    multiorch: {
      available: health.multiorch?.available ?? "Unknown",
      serviceName: names.multiorch(name),
      // Kept without databases too: what multiorch wrote into the topology is found again under the same identity.
      ...(cluster.orchestratorCell === undefined ? {} : { cell: cluster.orchestratorCell }),
    },
    ...passwordSecretStatus(cluster, failures),
    ...(externals.noted.length > 0 ? { externalTopologies: [...externals.noted] } : {}),
    ...storageGrowthFailures(health),
  };
}

/** Left out when there are none: of a map whose last entry goes, server-side apply makes null, which the schema refuses. */
function databases({ databases: all }: ClusterHealth): Pick<MultigresClusterStatus, "databases"> {
  if (all.length === 0) return {};
  return {
    databases: Object.fromEntries(
      all.map(({ name, desiredInstances, readyInstances, servingWrites }) => [
        name,
        { desiredInstances, readyInstances, servingWrites },
      ]),
    ),
  };
}

/** What was known of the parts stays, because the cell of multiorch is remembered nowhere else. */
export function malformedClusterStatus(cluster: MultigresCluster, problem: string, now: Date): MultigresClusterStatus {
  const message = `Nothing is done until the spec is corrected: ${problem}`;
  return { ...cluster.status, ...malformedStatus(cluster, message, now) };
}
