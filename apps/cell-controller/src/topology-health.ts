import type { Cell, CellStatus, ConditionStatus, TopoServer } from "@multigres/api-types";
import { childHealth, conditionTypes, findCondition, reasons } from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import { ownTopoServer } from "./own-topo-server.ts";

/** What a cell may conclude from its own topology server. */
interface OwnTopologyHealth {
  readonly available: ConditionStatus;
  readonly progressing: boolean;
  readonly reason: string;
  readonly message: string;
  readonly stalled?: { readonly reason: string; readonly message: string };
}

export interface TopologyHealth {
  /** Undefined: the cell uses the global one, which it can't see. */
  readonly own: OwnTopologyHealth | undefined;
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
    .map(({ metadata }) => `TopoServer ${metadata.name} is no longer wanted and is being deleted`);
  if (name !== undefined) return { ...managedHealth(name, child), removing };
  return {
    own: own.kind === "external" ? externalHealth(own.external.address) : undefined,
    removing,
    storageGrowthFailures: undefined,
  };
}

function managedHealth(name: string, child: TopoServer | undefined): Omit<TopologyHealth, "removing"> {
  const { observed, available, progressing, stalled, message = "" } = childHealth({ kind: "TopoServer", name }, child);
  const has = observed ? child?.status?.storageGrowthFailures?.data : undefined;
  const reason = !child ? reasons.notCreatedYet : observed ? ownReason(child, available) : reasons.childrenNotObserved;
  return {
    own: { available, progressing, reason, message, stalled },
    storageGrowthFailures: has === undefined ? undefined : { topoServer: has },
  };
}

/** The TopoServer's own reason, so that what holds up a pod is read at the root too. */
function ownReason({ status }: TopoServer, available: ConditionStatus): string {
  const type = available === "True" ? conditionTypes.progressing : conditionTypes.available;
  return findCondition(status?.conditions, type)?.reason ?? reasons.componentsUnavailable;
}

/** Nothing here dials an external server, so what it does isn't known. */
function externalHealth(address: string): OwnTopologyHealth {
  return {
    available: "Unknown",
    progressing: false,
    reason: reasons.componentsUnavailable,
    message: `External topology server ${address} hasn't been asked`,
  };
}
