import { annotations } from "@multigres/api-types";
import { pausedByOwner } from "@multigres/status-kit";
import type { DesiredObject } from "./plan.ts";
import { controllerOf, type KubernetesObject, keyOf } from "./resource.ts";
import type { Stores } from "./store.ts";

// While an object is paused nothing is changed for it, and its children are paused too, or what was handed down to them
// before would go on. A pause that a person set on a child is his: it neither comes nor goes with the owner's.

/** What may be written for a paused object: the pause of its children, their specs left as they are. */
export function objectsWhilePaused(
  owner: KubernetesObject,
  objects: readonly DesiredObject[],
  stores: Stores,
): DesiredObject[] {
  return objects.flatMap((desired): DesiredObject[] => {
    const live = liveChild(desired, stores);
    if (live === undefined || controllerOf(live)?.uid !== owner.metadata?.uid) return [];
    return pauseOf(live) === "true" ? [] : [{ ...desired, object: withPause(asFound(live), pausedByOwner) }];
  });
}

/** The children of an object that isn't paused (any more) aren't paused by it. */
export function objectsWithoutPause(objects: readonly DesiredObject[], stores: Stores): DesiredObject[] {
  return objects.map((desired) => {
    const live = liveChild(desired, stores);
    const ends = live !== undefined && pauseOf(live) === pausedByOwner;
    return ends ? { ...desired, object: withPause(desired.object, "false") } : desired;
  });
}

function liveChild(desired: DesiredObject, stores: Stores): KubernetesObject | undefined {
  return desired.write === "exact" ? stores.of(desired.kind).get(keyOf(desired.object)) : undefined;
}

function pauseOf({ metadata }: KubernetesObject): string | undefined {
  return metadata?.annotations?.[annotations.paused];
}

/** Without what only the API server writes. */
function asFound(live: KubernetesObject & { status?: unknown }): KubernetesObject {
  const { status: _status, metadata, ...rest } = live;
  const { namespace, name, labels, ownerReferences } = metadata ?? {};
  return { ...rest, metadata: { namespace, name, labels, ownerReferences } };
}

function withPause<T extends KubernetesObject>(object: T, value: string): T {
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata?.annotations, [annotations.paused]: value } },
  };
}
