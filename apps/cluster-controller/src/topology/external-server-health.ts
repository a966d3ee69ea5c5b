import type { ConditionStatus, MultigresCluster } from "@multigres/api-types";
import { type PartHealth, reasons, registrationVerdicts } from "@multigres/status-kit";
import type { ResolvedCluster } from "../resolve.ts";
import { worst } from "./registered-condition.ts";
import type { Registration } from "./registration.ts";

/** A server that someone else runs is available when it answered the last time. */
export function externalServerHealth(
  { owner }: ResolvedCluster,
  address: string,
  { databases, removal }: Registration,
): PartHealth {
  const steps = [...databases.map(({ step }) => step), removal];
  // That a root is somebody else's is an answer, too.
  const failed = worst(steps.filter(({ state }) => state !== "foreign"));
  const answered = steps.some(({ state }) => state === "done" || state === "foreign");
  const available = failed ? "False" : answered ? "True" : availableBefore(owner);
  return {
    available,
    progressing: false,
    reasons: {
      available: failed ? registrationVerdicts[failed.state].reason : reasons.registering,
      progressing: reasons.converged,
    },
    ...(available === "True"
      ? {}
      : { message: `External topology server ${address}: ${failed?.message ?? "no answer yet"}` }),
  };
}

function availableBefore({ status, metadata }: MultigresCluster): ConditionStatus {
  const isCurrent = status?.observedGeneration === metadata.generation;
  return (isCurrent ? status?.globalTopoServer?.etcd.available : undefined) ?? "Unknown";
}
