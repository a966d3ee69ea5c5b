import type { Cell } from "@multigres/api-types";
import type { EventDraft } from "@multigres/controller-kit";
import { needsPerson } from "@multigres/topology";
import { registeredCondition } from "./registered-condition.ts";
import type { Registration } from "./registration.ts";

/** One for what needs a person. A server that doesn't answer yet is no news at a start, and later a matter of status. */
export function registrationEvents(cell: Cell, registration: Registration): EventDraft[] {
  if (!registration.wanted || !needsPerson(registration.whole)) return [];
  const { reason, message } = registeredCondition(cell, registration);
  return [{ type: "Warning", reason, action: "Register", note: message }];
}
