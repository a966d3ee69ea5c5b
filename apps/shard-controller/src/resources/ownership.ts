import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "@multigres/controller-kit";

/** An object without an owner is ours if it has the labels of the desired one and the selector that we would give it. */
export function hasIdentityOf(desired: KubernetesObject, live: KubernetesObject): boolean {
  const labels = Object.entries(desired.metadata?.labels ?? {});
  return (
    labels.every(([name, value]) => live.metadata?.labels?.[name] === value) &&
    isDeepStrictEqual(selectorOf(live), selectorOf(desired))
  );
}

type Selecting = KubernetesObject & { spec?: { selector?: { matchLabels?: unknown } } };

/** A Service's selector is a map, a workload's or a budget's stands in `matchLabels`; a ConfigMap has none. */
function selectorOf(object: Selecting): unknown {
  const selector = object.spec?.selector;
  return selector?.matchLabels ?? selector;
}
