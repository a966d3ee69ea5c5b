import { carriesIdentityOf } from "./carries-identity.ts";
import { kinds } from "./kinds.ts";
import type { DesiredObject, RandomBytes } from "./plan.ts";
import type { KubernetesObject, ResourceKind } from "./resource.ts";

/** A workload, to be written by server-side apply. One without controller that carries its identity is taken over. */
export function workload<T extends KubernetesObject>(kind: ResourceKind<T>, object: T): DesiredObject {
  return { write: "apply", kind, object, isOurs: carriesIdentityOf(kind, object) };
}

/** A child CR, to be as given to the letter. One without controller that carries its identity is taken over. */
export function child<T extends KubernetesObject>(kind: ResourceKind<T>, object: T): DesiredObject {
  return { write: "exact", kind, object, isOurs: carriesIdentityOf(kind, object) };
}

/** What is to be changed of an object that somebody else makes. `patch.metadata` names it, with its UID. */
export function patched<T extends KubernetesObject>(kind: ResourceKind<T>, patch: KubernetesObject): DesiredObject {
  return { write: "patch", kind, object: patch };
}

/** Asks an existing claim's volume for another size. */
export function resized({ metadata }: KubernetesObject, storage: string | number): DesiredObject {
  const { namespace, name, uid } = metadata ?? {};
  const spec = { resources: { requests: { storage } } };
  return patched(kinds.PersistentVolumeClaim, { metadata: { namespace, name, uid }, spec } as KubernetesObject);
}

/** An object that is made where it is missing, and never changed; see DesiredObject for `complete`. */
export function createdOnce<T extends KubernetesObject>(
  kind: ResourceKind<T>,
  object: T,
  complete?: (randomBytes: RandomBytes) => T,
): DesiredObject {
  return { write: "create", kind, object, ...(complete && { complete }) };
}
