import type { Cell, CellStatus, ConditionStatus, TopoServer } from "@multigres/api-types";
import { childHealth, type PartHealth, reasons, registrationVerdicts } from "@multigres/status-kit";
import type { TopologyStep } from "@multigres/topology";
import { names } from "@multigres/workload-kit";
import { ownTopoServer } from "./own-topo-server.ts";
import { ownServerProblem } from "./registered-condition.ts";
import type { Registration } from "./registration.ts";

export interface TopologyHealth {
  /** Undefined: the cell has none of its own that is known of. */
  readonly own: PartHealth | undefined;
  /** Of its own one or of the global one. */
  readonly available: ConditionStatus;
  /** One sentence for each TopoServer that is no longer wanted and still there. */
  readonly removing: readonly string[];
  readonly storageGrowthFailures: CellStatus["storageGrowthFailures"];
}

export function topologyHealth(
  cell: Cell,
  topoServers: readonly TopoServer[],
  registration: Registration,
): TopologyHealth {
  const { kind } = ownTopoServer(cell);
  const name = kind === "managed" ? names.cellTopoServer(cell.spec.cluster.name, cell.spec.name) : undefined;
  const child = topoServers.find(({ metadata }) => metadata.name === name);
  const removing = topoServers
    .filter(({ metadata }) => metadata.name !== name)
    .map(({ metadata }) => `TopoServer ${metadata.name} is no longer wanted`);
  if (name !== undefined) return { ...managedHealth(name, child), removing };
  const asked = registration.wanted ? (kind === "external" ? registration.claim : registration.whole) : undefined;
  const available = asked === undefined ? "Unknown" : answerOf(cell, asked);
  const own = kind === "external" && asked ? externalHealth(cell, asked, available) : undefined;
  return { own, available, removing, storageGrowthFailures: undefined };
}

function managedHealth(name: string, child: TopoServer | undefined): Omit<TopologyHealth, "removing"> {
  const own = childHealth({ kind: "TopoServer", name }, child);
  const has = own.observed ? child?.status?.storageGrowthFailures?.data : undefined;
  return {
    own,
    available: own.available,
    storageGrowthFailures: has === undefined ? undefined : { topoServer: has },
  };
}

/** Of a server that somebody else runs, or that the cell can't see, the operator knows whether it can work with it. */
function answerOf({ metadata, status }: Cell, { state }: TopologyStep): ConditionStatus {
  switch (state) {
    case "done":
      return "True";
    case "pending":
      return status?.observedGeneration === metadata.generation
        ? (status?.topoServerAvailable ?? "Unknown")
        : "Unknown";
    case "unreachable":
    case "foreign":
    case "refused":
      return "False";
  }
}

function externalHealth(cell: Cell, step: TopologyStep, available: ConditionStatus): PartHealth {
  const reason = "message" in step ? registrationVerdicts[step.state].reason : reasons.registering;
  const message = "message" in step ? step.message : "nothing has been heard of it yet";
  return {
    available,
    progressing: false,
    reasons: { available: reason, progressing: reasons.converged },
    ...(available !== "True" && { message: ownServerProblem(cell, message) }),
  };
}
