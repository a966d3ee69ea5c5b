import { matches } from "./subset.ts";
import type { KubernetesObject } from "./resource.ts";

/**
 * Whether a change of a primary object is worth a reconcile. A new status alone isn't: it is our own writing, and
 * waking for it would be a loop.
 */
export function primaryChanged(before: KubernetesObject | undefined, after: KubernetesObject | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  const [old, now] = [before.metadata ?? {}, after.metadata ?? {}];
  return (
    old.uid !== now.uid ||
    old.generation !== now.generation ||
    String(old.deletionTimestamp) !== String(now.deletionTimestamp) ||
    !matches(old.labels ?? {}, now.labels ?? {}, "exact") ||
    !matches(old.annotations ?? {}, now.annotations ?? {}, "exact")
  );
}
