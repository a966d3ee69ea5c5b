import { needsPerson } from "@multigres/status-kit";
import type { EventDraft, WriteFailure } from "./plan.ts";

/** One Event for each refused write that only a person can mend. What is tried again soon isn't worth one. */
export function failureEvents(failures: readonly WriteFailure[]): EventDraft[] {
  return failures.filter(needsPerson).map(({ reason, message }) => ({
    type: "Warning",
    reason,
    action: "Write",
    note: message,
  }));
}
