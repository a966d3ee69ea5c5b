import type { Cell } from "@multigres/api-types";
import { type ConditionDraft, conditionTypes, findCondition, reasons } from "@multigres/status-kit";
import { ownTopoServer } from "./own-topo-server.ts";
import type { Registration, Step } from "./registration.ts";

export const reasonsAgainst = {
  unreachable: reasons.topologyUnreachable,
  foreign: reasons.topologyConflict,
  refused: reasons.registrationRefused,
} as const;

export function registeredCondition(cell: Cell, registration: Registration): ConditionDraft {
  const type = conditionTypes.registered;
  const { name } = cell.spec;
  if (!registration.wanted) {
    const message = `topologyReconciliation.registerCell is false: the record of cell ${name} is left to somebody else`;
    return { type, status: "Unknown", reason: reasons.registrationNotWanted, message };
  }
  const { whole } = registration;
  switch (whole.state) {
    case "ensured": {
      const message = `Cell ${name} is registered in the global topology`;
      return { type, status: "True", reason: reasons.registered, message };
    }
    case "pending": {
      const message = `Cell ${name} is being registered in the global topology`;
      return saidBefore(cell) ?? { type, status: "Unknown", reason: reasons.registering, message };
    }
    case "unreachable":
    case "foreign":
    case "refused": {
      const status = whole.state === "unreachable" ? "Unknown" : "False";
      return { type, status, reason: reasonsAgainst[whole.state], message: problemOf(cell, registration.claim, whole) };
    }
  }
}

/** A controller that has just started knows nothing yet: what was said of the same spec holds until then. */
function saidBefore({ metadata, status }: Cell): ConditionDraft | undefined {
  const before = findCondition(status?.conditions, conditionTypes.registered);
  if (before === undefined || before.observedGeneration !== metadata.generation) return undefined;
  const { type, status: value, reason = "", message = "" } = before;
  return { type, status: value, reason, message };
}

/** A step's problem in words that name the server, where the message alone wouldn't say whose it is. */
function problemOf(cell: Cell, claim: Step | undefined, { message }: Extract<Step, { message: string }>): string {
  return claim === undefined || claim.state === "ensured" ? message : ownServerProblem(cell, message);
}

export function ownServerProblem(cell: Cell, message: string): string {
  const own = ownTopoServer(cell);
  return own.kind === "external" ? `External topology server ${own.external.address}: ${message}` : message;
}
