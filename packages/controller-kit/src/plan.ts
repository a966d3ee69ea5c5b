import type { FailedWrite } from "@multigres/status-kit";
import type { KubernetesObject, ObjectRef, ResourceKind } from "./resource.ts";
import type { Task } from "./tasks/task.ts";

/**
 * One object that should exist.
 *
 * - `exact`: a child CR. Created with POST; afterwards its spec is the desired one to the letter (PUT), while other
 *   people's labels and annotations stay.
 * - `apply`: a workload. Created with POST when absent; afterwards server-side apply.
 * - `create`: created with POST and never changed (AlreadyExists is success). Where its kind isn't watched, it is created
 *   once per process; else again whenever the cache shows it gone.
 * - `patch`: a JSON merge patch of an object that the cache shows, sent when that differs in what the patch says; `null`
 *   takes a field away. Never creates. Not done for a spec that isn't its owner's: a volume that grew stays grown.
 */
export interface DesiredObject<T extends KubernetesObject = KubernetesObject> {
  readonly write: "exact" | "apply" | "create" | "patch";
  readonly kind: ResourceKind<T>;
  /**
   * Complete: apiVersion, kind, metadata with namespace, labels and the controller ownerReference. Of a patch: the name, the
   * UID of the object that is meant, and what is to be changed.
   */
  readonly object: T;
  /** Says of a live object without any controller whether it is ours to take over (identity in labels and spec). */
  readonly isOurs?: (live: T) => boolean;
  /**
   * Of mode `create`: the object with what must stand in no plan, log or status, such as a password. Called right before
   * the request, with a source of random bytes.
   */
  readonly complete?: (randomBytes: RandomBytes) => T;
}

/** That many bytes, from a source that is good for secrets. */
export type RandomBytes = (size: number) => Uint8Array;

export interface Deletion {
  readonly kind: ResourceKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  /** Only as long as the object is as it was seen: for what an orphaning deletion may release at the same moment. */
  readonly resourceVersion?: string;
  /** Makes an Event of the deletion: why, and what stays. */
  readonly because?: string;
}

/** An Event on the reconciled object. Repeats are counted by the recorder, not sent again. */
export interface EventDraft {
  readonly type: "Normal" | "Warning";
  /** CamelCase, as in the table of reasons in status-kit. */
  readonly reason: string;
  /** What the controller did or tried, CamelCase: events.k8s.io's `action`. */
  readonly action: string;
  readonly note: string;
}

export type WriteFailureReason = FailedWrite["reason"];

/** Its message is the server's, or says what stands in the way. */
export interface WriteFailure extends FailedWrite {
  readonly ref: ObjectRef;
}

/** What `reconcile` wants done. One failing part doesn't hold back the others. */
export interface Plan<Status> {
  readonly objects: readonly DesiredObject[];
  readonly deletions: readonly Deletion[];
  readonly events: readonly EventDraft[];
  /** The whole status, given what failed. Conditions come from status-kit, with `lastTransitionTime` kept. */
  readonly status: (failures: readonly WriteFailure[]) => Status;
  readonly requeueAfterMs?: number;
  /** Work outside the API server, all of it that is wanted now; a result that says something new leads to another reconcile. */
  readonly tasks?: readonly Task[];
  /** A finalizer on the reconciled object: put there before anything else is done, or taken away after everything is. */
  readonly finalizer?: { readonly name: string; readonly wanted: boolean };
}
