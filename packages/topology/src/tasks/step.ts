import type { TopologyOutcome } from "./outcome.ts";

/** How far a task in the topology is: `pending` has no result yet, `unreachable` has no answer. */
export type TopologyStep =
  | { readonly state: "pending" | "done" }
  | { readonly state: "unreachable" | "foreign" | "refused"; readonly message: string };

/** How a task ended, as controller-kit tells it. */
type Result =
  | { readonly state: "done"; readonly output: TopologyOutcome }
  | { readonly state: "failed"; readonly message: string };

export function stepOf(result: Result | undefined): TopologyStep {
  if (result === undefined) return { state: "pending" };
  if (result.state === "failed") return { state: "unreachable", message: result.message };
  const { output } = result;
  return output.result === "done" ? { state: "done" } : { state: output.result, message: output.message };
}

/** Whether it stays so until a person acts. A server that doesn't answer may do so by itself. */
export function needsPerson(step: TopologyStep): step is TopologyStep & { readonly state: "foreign" | "refused" } {
  return step.state === "foreign" || step.state === "refused";
}

/** A record that somebody deletes or damages is put right within this time. */
const checkEveryMs = 60_000;
/** The longest pause while something is missing: a start waits for it. */
const retryEveryMs = 2_000;

/** How long to wait before a record is looked at again, in milliseconds. */
export function pauseAfter({ state }: TopologyStep): number {
  return state === "done" ? checkEveryMs : retryEveryMs;
}
