import { controllerKeys } from "./controller-keys.ts";
import type { Watch } from "./definition.ts";
import type { Key, KubernetesObject, ResourceKind } from "./resource.ts";
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
  const wakes = watch.wakes ?? ((object: KubernetesObject) => knownControllerKeys(object, primary, stores));
  return new Set([before, after].flatMap((object) => (object === undefined ? [] : wakes(object, stores))));
}

/** Only of an owner that we know. */
function knownControllerKeys(object: KubernetesObject, primary: ResourceKind, stores: Stores): readonly Key[] {
  return controllerKeys(object, primary).filter((key) => stores.of(primary).get(key) !== undefined);
}

function changed(before: KubernetesObject | undefined, after: KubernetesObject | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  return !matches(withoutVersion(before), withoutVersion(after), "exact");
}

function withoutVersion(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: undefined } };
}
