import type { Cell, CellStatus, ConditionStatus, TopoServer } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import {
  allOf,
  joinMessages,
  messages,
  nameConflicts,
  reasons,
  type Summary,
  setConditions,
  summarize,
  type WorkloadHealth,
  withFailures,
} from "@multigres/status-kit";
import { gatewayName } from "./resources/identity.ts";
import { type TopologyHealth, topologyHealth } from "./topology-health.ts";

export interface CellFacts {
  readonly cell: Cell;
  readonly gateways: WorkloadHealth;
  /** The TopoServers that the cell controls, wanted or not. */
  readonly topoServers: readonly TopoServer[];
  readonly failures: readonly WriteFailure[];
}

/** One part of a cell: why it isn't available, or still moves. */
interface Part {
  readonly available: ConditionStatus;
  readonly progressing: boolean;
  readonly reason: string;
  readonly message: string;
}

export function cellStatus({ cell, gateways, topoServers, failures }: CellFacts, now: Date): CellStatus {
  const { generation = 0 } = cell.metadata;
  const topology = topologyHealth(cell, topoServers);
  const { storageGrowthFailures } = topology;
  return {
    observedGeneration: generation,
    gatewayReplicas: gateways.desired,
    gatewayReadyReplicas: gateways.ready,
    gatewayServiceName: gatewayName(cell),
    gatewayAvailable: gateways.available,
    topoServerAvailable: topology.own?.available ?? "Unknown",
    ...(storageGrowthFailures === undefined ? {} : { storageGrowthFailures }),
    conditions: setConditions(
      cell.status?.conditions,
      [...summarize(withFailures(summaryOf(gateways, topology), failures)), ...nameConflicts(failures)],
      { generation, now },
    ),
  };
}

/** For a Cell that can't be read: what runs stays as it is, and nothing is known of it. */
export function malformedStatus(cell: Cell, message: string, now: Date): CellStatus {
  const generation = cell.metadata.generation ?? 0;
  const stalled = { reason: reasons.invalidObject, message };
  const summary: Summary = {
    available: { status: "Unknown", ...stalled },
    progressing: { status: "True", ...stalled },
    stalled,
  };
  return {
    observedGeneration: generation,
    conditions: setConditions(cell.status?.conditions, summarize(summary), { generation, now }),
  };
}

function summaryOf(gateways: WorkloadHealth, { own, removing }: TopologyHealth): Summary {
  const parts: Part[] = [
    { ...gateways, reason: gatewayReason(gateways), message: joinMessages(gateways.messages) },
    ...(own ? [own] : []),
  ];
  const available = allOf(parts.map((part) => part.available));
  const unavailable = parts.filter((part) => part.available !== "True");
  const moving = parts.filter((part) => part.progressing);
  const movingReason = moving[0]?.reason ?? (removing.length > 0 ? reasons.removing : undefined);
  return {
    available:
      available === "True"
        ? { status: "True", reason: reasons.allAvailable, message: messages.gatewayHealthy }
        : {
            status: available,
            reason: unavailable.find((part) => part.available === available)?.reason ?? reasons.componentsUnavailable,
            message: joinMessages(unavailable.map((part) => part.message)),
          },
    progressing:
      movingReason === undefined
        ? { status: "False", reason: reasons.converged, message: messages.converged }
        : {
            status: "True",
            reason: movingReason,
            message: joinMessages([...moving.map((part) => part.message), ...removing]),
          },
    stalled: own?.stalled,
  };
}

function gatewayReason({ reason, available }: WorkloadHealth): string {
  return reason === reasons.waitingForPods && available !== "True" ? reasons.podsNotReady : reason;
}
