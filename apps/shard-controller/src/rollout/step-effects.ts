import type { Shard } from "@multigres/api-types";
import { type Deletion, deletionOf, type EventDraft, kinds, type Task } from "@multigres/controller-kit";
import { reasons } from "@multigres/status-kit";
import type { ObservedShard } from "../observe.ts";
import type { Step } from "./step.ts";
import { switchOverTasks } from "./switch-over-task.ts";

/** The pod that is replaced. One that is removed goes with its StatefulSet's replicas. */
export function stepDeletions({ metadata: { namespace } }: Shard, step: Step): Deletion[] {
  if (step.do !== "replace") return [];
  const { name, uid } = step.pod;
  const because = "it was made from an older spec, its StatefulSet makes it again from the newest. Its volume stays.";
  return [deletionOf(kinds.Pod, { metadata: { namespace, name, uid } }, because)];
}

export function stepTasks({ shard, reading: { dataPlane } }: ObservedShard, step: Step): Task[] {
  if (step.do !== "switch-over" || dataPlane.state !== "read" || dataPlane.primary === undefined) return [];
  return switchOverTasks(shard, dataPlane.primary, step.attempts);
}

export function stepEvents(step: Step): EventDraft[] {
  switch (step.do) {
    case "switch-over":
      // One for all attempts: how they go is told in Progressing.
      return [
        {
          type: "Normal",
          reason: reasons.switchingOver,
          action: "SwitchPrimary",
          note: `Switching over from the primary, pod ${step.pod.name}, which is to be replaced or removed`,
        },
      ];
    case "remove":
      return [{ type: "Normal", reason: reasons.removing, action: "Scale", note: step.message }];
    case "nothing":
    case "wait":
    // Its deletion makes an Event.
    case "replace":
      return [];
    default:
      return step satisfies never;
  }
}
