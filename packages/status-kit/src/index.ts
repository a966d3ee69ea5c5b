export type { Child, ChildHealth } from "./child.ts";
export { childHealth } from "./child.ts";
export type { ConditionDraft, Observation, Stall, Summary } from "./conditions.ts";
export { findCondition, setConditions, summarize } from "./conditions.ts";
export type { FailedWrite } from "./failures.ts";
export { nameConflicts, needsPerson, withFailures } from "./failures.ts";
export { joinMessages } from "./join-messages.ts";
export type { VolumeSizes } from "./volume-sizes.ts";
export {
  growthFailure,
  mergeGrowthFailures,
  refusedResizes,
  volumeMessages,
  volumeSizes,
  volumesStall,
} from "./volume-sizes.ts";
export type { PartHealth, Whole } from "./part.ts";
export { allOf, partOfWorkload, stallOf, summaryOfParts } from "./part.ts";
export type { ObservedContainer, ObservedPod, PodHealth } from "./pod.ts";
export { podHealth } from "./pod.ts";
export type { BaseStatus, Findings, Reported } from "./status.ts";
export { baseStatus, malformedStatus } from "./status.ts";
export type { Trouble, TroubleEvent, TroubleReport } from "./trouble.ts";
export { troubleReport } from "./trouble.ts";
export type { ConditionType } from "./vocabulary.ts";
export { conditionTypes, messages, reasons, waitingReasons } from "./vocabulary.ts";
export type { ObservedWorkload, WantedWorkload, WorkloadHealth } from "./workload.ts";
export { deploymentHealth, statefulSetHealth } from "./workload.ts";
export { appliedGeneration, isPaused, pausedByOwner } from "./paused.ts";
export { knownBefore } from "./known-before.ts";
export { registrationVerdicts } from "./registration.ts";
