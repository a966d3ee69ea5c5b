import { annotations } from "@multigres/api-types";
import { type ConditionDraft, conditionTypes, joinMessages, reasons } from "@multigres/status-kit";
import type { Leaving } from "./external-topologies.ts";
import { describePlace } from "./places.ts";

/** The condition `TopologyRecordsLeft`; none as long as there is nothing to tell. */
export function recordsLeftCondition(leaving: readonly Leaving[]): ConditionDraft | undefined {
  if (leaving.length === 0) return undefined;
  const failed = leaving.filter(({ step }) => step.state !== "pending");
  return {
    type: conditionTypes.topologyRecordsLeft,
    status: "True",
    reason: failed.length > 0 ? reasons.topologyUnreachable : reasons.stillInUse,
    message: joinMessages([
      ...leaving.map(describeLeaving),
      failed.length > 0 ? `to give them up, set the annotation ${annotations.skipTopologyCleanup}: "true"` : undefined,
    ]),
  };
}

function describeLeaving({ topology, step }: Leaving): string {
  const why = "message" in step ? `: ${step.message}` : "";
  return `Records of this cluster stay under ${describePlace(topology)} until nothing uses them${why}`;
}
