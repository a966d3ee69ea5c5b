import type { ConditionStatus } from "@multigres/api-types";
import { reasons } from "./vocabulary.ts";

/** What `Registered` says when records can't be written to the topology. */
export const registrationVerdicts = {
  foreign: { status: "False", reason: reasons.topologyConflict },
  refused: { status: "False", reason: reasons.registrationRefused },
  unreachable: { status: "Unknown", reason: reasons.topologyUnreachable },
} as const satisfies Record<string, { readonly status: ConditionStatus; readonly reason: string }>;
