export type { ApiClient, DeleteOptions, ListOptions, Name, RequestOptions } from "./client.ts";
export { createApiClient } from "./client/api-client.ts";
export { carriesIdentityOf } from "./carries-identity.ts";
export { controllerKeys } from "./controller-keys.ts";
export type { ControllerDefinition, Parsed, ReconcileContext, Watch } from "./definition.ts";
export { watch } from "./definition.ts";
export { deletionOf, replacementOf, surplusOf } from "./deletions.ts";
export { child, createdOnce, patched, resized, workload } from "./desired-object.ts";
export { kinds } from "./kinds.ts";
export { hashOf } from "./applied-hash.ts";
export { loadKubeconfig } from "./kubeconfig.ts";
export { isConfirmed } from "./owner-spec.ts";
export { parseWith } from "./parse-with.ts";
export type {
  Deletion,
  DesiredObject,
  EventDraft,
  Plan,
  RandomBytes,
  WriteFailure,
  WriteFailureReason,
} from "./plan.ts";
export type { Key, KubernetesObject, Metadata, ObjectRef, ResourceKind } from "./resource.ts";
export { controllerOf, keyOf } from "./resource.ts";
export type { RunArguments, RunOptions } from "./run-controller.ts";
export { runController } from "./run-controller.ts";
export type { Store, Stores } from "./store.ts";
export type { Task, TaskContext, TaskKind, TaskResult, TaskResults } from "./tasks/task.ts";
export { task } from "./tasks/task.ts";
export {
  clusterOwner,
  isOwnedBy,
  tableGroupOwner,
  volumesChangeOwner,
  volumesGoWithCluster,
} from "./volume-retention.ts";
export { createTransport } from "./transport/transport.ts";
