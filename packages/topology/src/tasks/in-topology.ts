import type { TopologySettings } from "../connection.ts";
import { outcomeOf, type TopologyOutcome } from "./outcome.ts";
import { type OpenTopology, openTopology, type TopologyInput } from "./place.ts";

/** What such work needs of controller-kit's `TaskContext`. */
export interface TopologyContext {
  readonly settings: TopologySettings;
  readonly kubernetesCluster: string;
  readonly signal: AbortSignal;
}

/**
 * Makes a task's `perform` of work on an open topology: what needs a person is an outcome, so that it is told as such, and
 * what may mend itself is a failure, which is tried again.
 */
export function inTopology<Input extends TopologyInput>(
  work: (opened: OpenTopology, input: Input, context: TopologyContext) => Promise<TopologyOutcome>,
): (input: Input, context: TopologyContext) => Promise<TopologyOutcome> {
  return (input, context) => outcomeOf(async () => work(await openTopology(input, context), input, context));
}
