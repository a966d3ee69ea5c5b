import { createHash } from "node:crypto";
import { annotations } from "@multigres/api-types";
import type { KubernetesObject } from "./resource.ts";

/** JSON with sorted keys and without undefined values: equal values give equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

/** Short hash of a desired object: equal if and only if we want the same as before. */
export function hashOf(object: unknown): string {
  return createHash("sha256").update(canonicalJson(object)).digest("hex").slice(0, 24);
}

/** The hash that the last write left on an object, if any. */
export function appliedHashOf(object: KubernetesObject): string | undefined {
  return object.metadata?.annotations?.[annotations.appliedHash];
}

/** The desired object with its own hash noted on it, for the comparison after a restart. */
export function withAppliedHash<T extends KubernetesObject>(object: T, hash: string): T {
  const metadata = object.metadata ?? {};
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [annotations.appliedHash]: hash } },
  };
}
