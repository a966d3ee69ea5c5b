import { identityFields } from "@multigres/api-types";
import type { KubernetesObject, ResourceKind } from "./resource.ts";

/** The parts of an object that tell what it is for. */
export interface Identified {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: object;
}

/**
 * Tells of a live object without any controller whether it is the one that `desired` describes, left behind by an
 * orphaning delete: it has all labels of `desired` and, where the kind has them, the same selector and the same identity
 * in its spec.
 */
export function carriesIdentityOf(
  kind: ResourceKind,
  desired: Identified,
): (live: Identified | KubernetesObject) => boolean {
  const labels = Object.entries(desired.metadata?.labels ?? {});
  const selector = selectedLabels(desired);
  const fields: readonly string[] = identityFields[kind.kind as keyof typeof identityFields] ?? [];
  return (live) =>
    labels.length > 0 &&
    labels.every(([key, value]) => live.metadata?.labels?.[key] === value) &&
    sameEntries(selector, selectedLabels(live)) &&
    fields.every((path) => specField(desired, path) === specField(live, path));
}

/** `spec.selector` of a workload or budget (`matchLabels`) or of a Service (the labels themselves). */
function selectedLabels(object: Identified): Readonly<Record<string, unknown>> {
  const selector = specField(object, "selector");
  if (typeof selector !== "object" || selector === null) return {};
  const { matchLabels } = selector as { matchLabels?: Record<string, unknown> };
  return matchLabels ?? { ...selector };
}

function specField({ spec }: Identified, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], spec);
}

function sameEntries(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
