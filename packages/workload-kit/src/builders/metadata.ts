import type { ObjectMeta, OwnerReference } from "@multigres/api-types";
import { objectLabels } from "../labels.ts";

/** An object that can own others. */
export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Pick<ObjectMeta, "name" | "namespace" | "uid">;
}

/** The one ownerReference that decides whose an object is. */
export function controllerReference(owner: Owner): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Metadata of an object that `owner` controls, in the owner's namespace; `identity` from labels.ts. */
export function ownedMetadata(
  owner: Owner,
  name: string,
  identity: Record<string, string>,
  annotations?: Record<string, string>,
): ObjectMeta {
  return {
    name,
    namespace: owner.metadata.namespace,
    labels: objectLabels(identity),
    ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
    ownerReferences: [controllerReference(owner)],
  };
}
