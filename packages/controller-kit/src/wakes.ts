import { apiVersionOf } from "./client/resource-path.ts";
import type { Watch } from "./definition.ts";
import { controllerOf, type Key, type KubernetesObject, type ResourceKind } from "./resource.ts";
import type { Stores } from "./store.ts";
import { matches } from "./subset.ts";

/**
 * Keys of the primary objects that a change of a watched object concerns: those that the old one pointed at as well as
 * those of the new one.
 */
export function wokenBy(
  watch: Watch,
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
  primary: ResourceKind,
  stores: Stores,
): ReadonlySet<Key> {
  if (!(watch.matters ?? changed)(before, after)) return new Set();
  const wakes = watch.wakes ?? ((object: KubernetesObject) => controllerKeys(object, primary, stores));
  return new Set([before, after].flatMap((object) => (object === undefined ? [] : wakes(object, stores))));
}

/** The controller owner, if it is a primary object that we know. Also the one of its name by now: it may wait for this one to go. */
function controllerKeys(object: KubernetesObject, primary: ResourceKind, stores: Stores): readonly Key[] {
  const owner = controllerOf(object);
  if (owner?.kind !== primary.kind || owner.apiVersion.split("/")[0] !== apiVersionOf(primary).split("/")[0]) return [];
  const key: Key = `${object.metadata?.namespace ?? ""}/${owner.name}`;
  return stores.of(primary).get(key) === undefined ? [] : [key];
}

function changed(before: KubernetesObject | undefined, after: KubernetesObject | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  return !matches(withoutVersion(before), withoutVersion(after), "exact");
}

function withoutVersion(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: undefined } };
}
