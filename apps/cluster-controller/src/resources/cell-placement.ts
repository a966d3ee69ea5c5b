import { isDeepStrictEqual } from "node:util";
import type { Cell, CellPlacement, ResolvedPool, TableGroup } from "@multigres/api-types";
import { hasOwnTopoServer } from "@multigres/merge-engine";
import { conditionTypes, currentCondition } from "@multigres/status-kit";
import type { ResolvedCell, ResolvedCluster } from "../resolve.ts";
import { cellPlace } from "../topology/places.ts";

/** Only the cells that the pools use, so that a new cell doesn't touch the databases outside it. */
export function cellPlacements(
  cluster: ResolvedCluster,
  pools: readonly ResolvedPool[],
  existing: TableGroup | undefined,
): CellPlacement[] {
  const used = new Set(pools.map((pool) => pool.cell));
  return cluster.cells
    .filter((cell) => used.has(cell.name))
    .map((cell) => {
      const { name, zone, region } = cell;
      const topology = topologyOf(cluster, cell, placementBefore(existing, name));
      return {
        name,
        ...(zone === undefined ? {} : { zone }),
        ...(region === undefined ? {} : { region }),
        ...(topology === undefined ? {} : { topology }),
      };
    });
}

/** Whether the cell's record in the topology is as the spec says by now. Where others write it, nobody can tell. */
export function isRegistered(live: Cell | undefined, { topoServer, topologyReconciliation }: ResolvedCell): boolean {
  if (live === undefined || !isDeepStrictEqual(live.spec.topoServer, topoServer)) return false;
  if (!topologyReconciliation.registerCell) return true;
  const { generation } = live.metadata;
  return (
    live.status?.observedGeneration === generation &&
    currentCondition(live, conditionTypes.registered)?.status === "True"
  );
}

/** A pod that is replaced before the record leads to the new server would register with the old one. */
function topologyOf(
  cluster: ResolvedCluster,
  cell: ResolvedCell,
  before: Partial<CellPlacement> | undefined,
): CellPlacement["topology"] {
  if (before !== undefined && !cluster.registeredCells.has(cell.name)) return before.topology;
  if (!hasOwnTopoServer(cell.topoServer)) return undefined;
  const { server, root } = cellPlace(cluster, cell);
  return { rootPath: root, address: server.address };
}

/** A live TableGroup may be malformed. */
function placementBefore(existing: TableGroup | undefined, name: string): Partial<CellPlacement> | undefined {
  const cells: unknown = existing?.spec?.cells;
  return Array.isArray(cells) ? cells.find((cell: Partial<CellPlacement> | null) => cell?.name === name) : undefined;
}
