export type { Child, ChildHealth } from "./child.ts";
export { allOf, childHealth, joinMessages } from "./child.ts";
export type { ConditionDraft, Observation, Summary } from "./conditions.ts";
export { findCondition, setConditions, summarize } from "./conditions.ts";
export type { ObservedContainer, ObservedPod, PodHealth } from "./pod.ts";
export { podHealth } from "./pod.ts";
export type { ConditionType } from "./vocabulary.ts";
export { conditionTypes, messages, reasons } from "./vocabulary.ts";
