import type { ConditionStatus } from "@multigres/api-types";
import type { Stall, Summary } from "./conditions.ts";
import { joinMessages } from "./join-messages.ts";
import { messages, reasons } from "./vocabulary.ts";
import type { WorkloadHealth } from "./workload.ts";

/** What an object may conclude from one of the parts that it should consist of: a child CR or a workload. */
export interface PartHealth {
  readonly available: ConditionStatus;
  readonly progressing: boolean;
  /** Why it isn't available, and what it progresses for: the part's own words, so that they are read at the root too. */
  readonly reasons: { readonly available: string; readonly progressing: string };
  /** Set when a person must act. */
  readonly stalled?: Stall;
  /** Names the culprit: ready to stand in the whole's message. Set unless the part is available and at rest. */
  readonly message?: string;
}

export function partOfWorkload({ available, progressing, reason, messages: texts }: WorkloadHealth): PartHealth {
  const waits = reason === reasons.waitingForPods && available !== "True";
  return {
    available,
    progressing,
    reasons: { available: waits ? reasons.podsNotReady : reason, progressing: reason },
    message: texts.length === 0 ? undefined : joinMessages(texts),
  };
}

export interface Whole {
  /** Message of `Available` when all parts are. */
  readonly healthy: string;
  /** Message of `Progressing` when none does. Default: the standing one. */
  readonly converged?: string;
  /** One sentence for each object that is no longer wanted and still there. */
  readonly removing: readonly string[];
}

/**
 * Sums up parts. Of several that aren't available, a `False` one gives the reason before an `Unknown` one; of several
 * that progress, one that waits for a person before one that merely takes its time. All of them are in the message.
 */
export function summaryOfParts(parts: readonly PartHealth[], { healthy, converged, removing }: Whole): Summary {
  const available = allOf(parts.map((part) => part.available));
  const unavailable = parts.filter((part) => part.available !== "True");
  const culprit = unavailable.find((part) => part.available === available);
  const moving = parts.filter((part) => part.progressing);
  const lead = moving.find((part) => part.stalled !== undefined) ?? moving[0];
  const stalled = parts.flatMap((part) => part.stalled ?? []);
  return {
    available: culprit
      ? {
          status: available,
          reason: culprit.reasons.available,
          message: joinMessages(unavailable.map((part) => part.message)),
        }
      : { status: available, reason: reasons.allAvailable, message: healthy },
    progressing:
      lead || removing.length > 0
        ? {
            status: "True",
            reason: lead?.reasons.progressing ?? reasons.removing,
            message: joinMessages([...moving.map((part) => part.message), ...removing]),
          }
        : { status: "False", reason: reasons.converged, message: converged ?? messages.converged },
    stalled: stallOf(stalled),
  };
}

/** Several reasons why a person must act, as one: the first one's word, and all messages. */
export function stallOf(stalls: readonly Stall[]): Stall | undefined {
  const [first] = stalls;
  return first && { reason: first.reason, message: joinMessages(stalls.map(({ message }) => message)) };
}

/** True only when all are "True"; "False" as soon as one is; else "Unknown". An empty list is "True". */
export function allOf(statuses: readonly ConditionStatus[]): ConditionStatus {
  if (statuses.includes("False")) return "False";
  return statuses.every((status) => status === "True") ? "True" : "Unknown";
}
