import type { MultigresCluster, MultigresClusterStatus } from "@multigres/api-types";
import { type ConditionDraft, reasons, setConditions, summarize } from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import { clusterConditions, type Findings } from "./conditions.ts";
import { appliedGeneration } from "./paused.ts";

/** The whole status, rebuilt from what was found. */
export function clusterStatus(findings: Findings, now: Date): MultigresClusterStatus {
  const { cluster, health } = findings;
  const { name } = cluster.reference;
  const sum = (field: "desiredInstances" | "readyInstances") =>
    health.databases.reduce((total, database) => total + database[field], 0);
  return {
    ...withConditions(cluster.owner, clusterConditions(findings), now),
    globalTopoServer: { etcd: { available: health.topology.available } },
    cells: Object.fromEntries(
      health.cells.map(({ name: cell, gatewayAvailable, topoServerAvailable }) => [
        cell,
        { gatewayAvailable, topoServerAvailable },
      ]),
    ),
    databases: Object.fromEntries(
      health.databases.map(({ name: database, desiredInstances, readyInstances, servingWrites }) => [
        database,
        { desiredInstances, readyInstances, servingWrites },
      ]),
    ),
    desiredInstances: sum("desiredInstances"),
    readyInstances: sum("readyInstances"),
    multiadmin: { available: health.multiadmin.available, serviceName: names.multiadmin(name) },
    multiorch: {
      available: health.multiorch?.available ?? "Unknown",
      serviceName: names.multiorch(name),
      // Kept without databases too: what multiorch wrote into the topology is found again under the same identity.
      ...(cluster.orchestratorCell === undefined ? {} : { cell: cluster.orchestratorCell }),
    },
  };
}

/** Status of a cluster that can't be parsed: what was known of its parts stays. */
export function malformedStatus(cluster: MultigresCluster, problem: string, now: Date): MultigresClusterStatus {
  const message = `Nothing is done until the spec is corrected: ${problem}`;
  const reason = reasons.invalidObject;
  const drafts = summarize({
    available: { status: "Unknown", reason, message },
    progressing: { status: "True", reason, message },
    stalled: { reason, message },
  });
  return { ...cluster.status, ...withConditions(cluster, drafts, now) };
}

function withConditions(
  cluster: MultigresCluster,
  drafts: readonly ConditionDraft[],
  now: Date,
): Pick<MultigresClusterStatus, "observedGeneration" | "conditions"> {
  const generation = appliedGeneration(cluster);
  const conditions = setConditions(cluster.status?.conditions, drafts, { generation, now });
  return { observedGeneration: generation, conditions };
}
