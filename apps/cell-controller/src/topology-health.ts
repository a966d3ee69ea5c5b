import type { Cell, CellStatus, TopoServer } from "@multigres/api-types";
import { childHealth, type PartHealth, reasons } from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import { ownTopoServer } from "./own-topo-server.ts";

export interface TopologyHealth {
  /** Undefined: the cell uses the global topology server, which it can't see. */
  readonly own: PartHealth | undefined;
  /** One sentence for each TopoServer that is no longer wanted and still there. */
  readonly removing: readonly string[];
  readonly storageGrowthFailures: CellStatus["storageGrowthFailures"];
}

export function topologyHealth(cell: Cell, topoServers: readonly TopoServer[]): TopologyHealth {
  const own = ownTopoServer(cell);
  const name = own.kind === "managed" ? names.cellTopoServer(cell.spec.cluster.name, cell.spec.name) : undefined;
  const child = topoServers.find(({ metadata }) => metadata.name === name);
  const removing = topoServers
    .filter(({ metadata }) => metadata.name !== name)
    .map(({ metadata }) => `TopoServer ${metadata.name} is no longer wanted`);
  if (name !== undefined) return { ...managedHealth(name, child), removing };
  return {
    own: own.kind === "external" ? externalHealth(own.external.address) : undefined,
    removing,
    storageGrowthFailures: undefined,
  };
}

function managedHealth(name: string, child: TopoServer | undefined): Omit<TopologyHealth, "removing"> {
  const own = childHealth({ kind: "TopoServer", name }, child);
  const has = own.observed ? child?.status?.storageGrowthFailures?.data : undefined;
  return { own, storageGrowthFailures: has === undefined ? undefined : { topoServer: has } };
}

/** Nothing here dials an external server, so what it does isn't known. */
function externalHealth(address: string): PartHealth {
  return {
    available: "Unknown",
    progressing: false,
    reasons: { available: reasons.componentsUnavailable, progressing: reasons.converged },
    message: `External topology server ${address} hasn't been asked`,
  };
}
