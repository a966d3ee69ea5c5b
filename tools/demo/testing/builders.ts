import type { Cell, Condition, MultigresCluster, Shard, TableGroup, TopoServer } from "@multigres/api-types";
import type { Pod, Workload } from "../tree.ts";

/** Conditions as a controller writes them: `Available` for the given reason, and at rest. */
export function conditions(
  available: "True" | "False" | "Unknown" = "True",
  reason = "AllAvailable",
  message = "about it",
  progressing: "True" | "False" = available === "True" ? "False" : "True",
): Condition[] {
  return [
    { type: "Available", status: available, reason, message },
    { type: "Progressing", status: progressing, reason: "WaitingForPods", message: "still starting" },
  ];
}

type Status<T extends { status?: unknown }> = T["status"];

function metadata(name: string, owner?: { metadata: { uid?: string } }) {
  const uid = owner?.metadata.uid ?? "";
  return {
    name,
    namespace: "t1",
    uid: `uid-of-${name}`,
    generation: 1,
    ownerReferences: owner ? [{ apiVersion: "v1", kind: "Any", name: "any", uid, controller: true }] : [],
  };
}

const apiVersion = "multigres.com/v1alpha1";

/** `null`: nobody has written a status yet. */
export function aCluster(
  name = "demo",
  status: Status<MultigresCluster> | null = { conditions: conditions() },
): MultigresCluster {
  const observed = status === null ? undefined : { observedGeneration: 1, ...status };
  const spec = { cells: [] };
  return { apiVersion, kind: "MultigresCluster", metadata: metadata(name), spec, status: observed };
}

export function aTopoServer(name: string, owner: MultigresCluster | Cell, readyReplicas = 3): TopoServer {
  const status = { readyReplicas, conditions: conditions() };
  return {
    apiVersion,
    kind: "TopoServer",
    metadata: metadata(name, owner),
    spec: { replicas: 3 },
    status,
  } as TopoServer;
}

export function aCell(
  name: string,
  owner: MultigresCluster,
  status: Status<Cell> = { conditions: conditions() },
): Cell {
  const spec = { multiGateway: { replicas: 2 } };
  return { apiVersion, kind: "Cell", metadata: metadata(name, owner), spec, status } as Cell;
}

export function aTableGroup(name: string, owner: MultigresCluster): TableGroup {
  const status = { readyShards: 1, conditions: conditions() };
  const spec = { partitioning: { shards: 1 } };
  return { apiVersion, kind: "TableGroup", metadata: metadata(name, owner), spec, status } as TableGroup;
}

/** Two pools: three replicas in z1, one readOnly in z2. */
export function aShard(name: string, owner: TableGroup, status?: Status<Shard>): Shard {
  const pools = [
    { type: "replica", cell: "z1", replicas: 3 },
    { type: "readOnly", cell: "z2", replicas: 1 },
  ];
  return { apiVersion, kind: "Shard", metadata: metadata(name, owner), spec: { pools }, status } as Shard;
}

export function aWorkload(kind: Workload["kind"], name: string, owner: MultigresCluster, ready = 1): Workload {
  return { kind, metadata: metadata(name, owner), spec: { replicas: 1 }, status: { readyReplicas: ready } };
}

export function aPod(name: string, status: Pod["status"]): Pod {
  return { kind: "Pod", metadata: metadata(name), status };
}
