import { timeLeft } from "@multigres/status-kit";
import type { PodView, SwitchOver } from "./shard-view.ts";
import type { Step } from "./step.ts";
import { timing } from "./timing.ts";

/** What to do before the primary's pod may be taken; undefined when it was tried often enough. */
export function switchOver(pod: PodView, ended: readonly SwitchOver[], now: Date): Step | undefined {
  const last = ended.at(-1);
  const step = { do: "switch-over", pod } as const;
  if (last?.state === "done") {
    const lookAgainAfterMs = timeLeft(last.at, timing.switchOverMs, now);
    if (lookAgainAfterMs > 0) {
      const message = `Pod ${pod.name} was asked to give up being primary, which doesn't show yet`;
      return { ...step, attempts: ended.length, message, lookAgainAfterMs };
    }
  }
  if (ended.length >= timing.switchOverAttempts) return undefined;
  const failed = last?.state === "failed" ? ` again: ${last.message}` : "";
  return { ...step, attempts: ended.length + 1, message: `Switching over from the primary, pod ${pod.name}${failed}` };
}
