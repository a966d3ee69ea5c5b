import { apiVersionOf } from "./client/resource-path.ts";
import { controllerOf, type Key, type KubernetesObject, type ResourceKind } from "./resource.ts";

/** The key of the owner that controls an object, if that is of a kind, of whatever version; else none. */
export function controllerKeys(object: KubernetesObject, kind: ResourceKind): readonly Key[] {
  const owner = controllerOf(object);
  if (owner?.kind !== kind.kind || owner.apiVersion.split("/")[0] !== apiVersionOf(kind).split("/")[0]) return [];
  return [`${object.metadata?.namespace ?? ""}/${owner.name}`];
}
