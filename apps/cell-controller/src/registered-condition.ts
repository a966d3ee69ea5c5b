import type { Cell } from "@multigres/api-types";
import { type ConditionDraft, conditionTypes, knownBefore, reasons, registrationVerdicts } from "@multigres/status-kit";
import type { TopologyStep } from "@multigres/topology";
import { ownTopoServer } from "./own-topo-server.ts";
import type { Registration } from "./registration.ts";

export function registeredCondition(cell: Cell, registration: Registration): ConditionDraft {
  const type = conditionTypes.registered;
  const { name } = cell.spec;
  if (!registration.wanted) {
    const message = `topologyReconciliation.registerCell is false: the record of cell ${name} is left to somebody else`;
    return { type, status: "Unknown", reason: reasons.registrationNotWanted, message };
  }
  const { whole } = registration;
  switch (whole.state) {
    case "done": {
      const message = `Cell ${name} is registered in the global topology`;
      return { type, status: "True", reason: reasons.registered, message };
    }
    case "pending": {
      const message = `Cell ${name} is being registered in the global topology`;
      return knownBefore(cell, type) ?? { type, status: "Unknown", reason: reasons.registering, message };
    }
    case "unreachable":
    case "foreign":
    case "refused":
      return { type, ...registrationVerdicts[whole.state], message: problemOf(cell, registration.claim, whole) };
  }
}

/** A step's problem in words that name the server, where the message alone wouldn't say whose it is. */
function problemOf(
  cell: Cell,
  claim: TopologyStep | undefined,
  { message }: Extract<TopologyStep, { message: string }>,
): string {
  return claim === undefined || claim.state === "done" ? message : ownServerProblem(cell, message);
}

export function ownServerProblem(cell: Cell, message: string): string {
  const own = ownTopoServer(cell);
  return own.kind === "external" ? `External topology server ${own.external.address}: ${message}` : message;
}
