import type { OwnerReference } from "@multigres/api-types";

/** Metadata as any Kubernetes object may carry it; client-node's `V1ObjectMeta` is assignable to it. */
export interface Metadata {
  name?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  creationTimestamp?: string | Date;
  deletionTimestamp?: string | Date;
}

export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata?: Metadata;
}

/** A kind of object and where the API server serves it. `T` is the object's type, known to the compiler only. */
export interface ResourceKind<T extends KubernetesObject = KubernetesObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly __object?: T;
}

/** `namespace/name`. */
export type Key = `${string}/${string}`;

export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function keyOf(object: KubernetesObject): Key {
  return `${object.metadata?.namespace ?? ""}/${object.metadata?.name ?? ""}`;
}

/** The owner that controls an object, if any. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find((owner) => owner.controller === true);
}
