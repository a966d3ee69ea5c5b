export type { ApiClient, DeleteOptions, ListOptions, Name, RequestOptions } from "./client.ts";
export type { ControllerDefinition, Parsed, ReconcileContext, Watch } from "./definition.ts";
export { watch } from "./definition.ts";
export { kinds } from "./kinds.ts";
export type { Deletion, DesiredObject, EventDraft, Plan, WriteFailure, WriteFailureReason } from "./plan.ts";
export type { Key, KubernetesObject, Metadata, ObjectRef, ResourceKind } from "./resource.ts";
export { controllerOf, keyOf } from "./resource.ts";
export type { Store, Stores } from "./store.ts";
