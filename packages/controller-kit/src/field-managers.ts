import { isFields } from "./subset.ts";
import type { KubernetesObject } from "./resource.ts";

/** metav1.ManagedFieldsEntry: which fields a manager set, as a tree of `f:<name>`, `k:<keys>` and `v:<value>`. */
export interface ManagedFields {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: object;
  subresource?: string;
}

export function managedFieldsOf(live: KubernetesObject): readonly ManagedFields[] {
  return (live.metadata as { managedFields?: ManagedFields[] } | undefined)?.managedFields ?? [];
}

/**
 * Names of the managers, other than `self`, that last wrote any of the fields; when none of them is recorded (a field
 * was removed), the manager who wrote last.
 * @param paths as `differences` gives them
 */
export function editorsOf(live: KubernetesObject, paths: readonly string[], self: string): readonly string[] {
  const others = managedFieldsOf(live).filter((entry) => entry.manager !== self && entry.subresource !== "status");
  const editors = others.filter((entry) => paths.some((path) => covers(entry.fieldsV1, segmentsOf(path))));
  const last = [...others].sort((a, b) => (b.time ?? "").localeCompare(a.time ?? "")).slice(0, 1);
  const names = (editors.length > 0 ? editors : last).map((entry) => entry.manager ?? "unknown");
  return [...new Set(names)].sort();
}

/**
 * What our POST set is recorded as `Update`, which server-side apply by the same manager doesn't take back: a field that
 * we stop wanting would stay for ever. This turns such records into `Apply`.
 * @returns the new managedFields, or nothing when there is nothing to turn
 */
export function updatesTurnedIntoApply(live: KubernetesObject, self: string): ManagedFields[] | undefined {
  const isOwn = (entry: ManagedFields) => entry.manager === self && entry.subresource === undefined;
  const own = managedFieldsOf(live).filter(isOwn);
  const update = own.find((entry) => entry.operation === "Update");
  if (update === undefined) return undefined;
  const fieldsV1 = own.map((entry) => entry.fieldsV1 ?? {}).reduce(union);
  return [...managedFieldsOf(live).filter((entry) => !isOwn(entry)), { ...update, operation: "Apply", fieldsV1 }];
}

function union(a: object, b: object): object {
  const merged: Record<string, unknown> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const known = merged[name];
    merged[name] = isFields(known) && isFields(value) ? union(known, value) : value;
  }
  return merged;
}

type Segment = { readonly field: string } | { readonly element: string };

function segmentsOf(path: string): Segment[] {
  const segments: Segment[] = [];
  for (const match of path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[([^\]]*)\]|([^.[\]]+)/g)) {
    const [, quoted, element, field] = match;
    if (element !== undefined) segments.push({ element });
    else segments.push({ field: quoted ?? field ?? "" });
  }
  return segments;
}

/** Whether the tree holds the path, something below it, or a whole value above it (an atomic list or map). */
function covers(tree: unknown, segments: readonly Segment[]): boolean {
  if (!isFields(tree)) return false;
  const [segment, ...rest] = segments;
  if (segment === undefined) return true;
  const children = Object.keys(tree).filter((name) => name !== ".");
  if (children.length === 0) return true;
  if ("field" in segment) return `f:${segment.field}` in tree && covers(tree[`f:${segment.field}`], rest);
  const [key, value] = segment.element.split("=");
  return children
    .filter((name) => name.startsWith("k:") && (value === undefined || namesElement(name, key, value)))
    .some((name) => covers(tree[name], rest));
}

function namesElement(entry: string, key: string | undefined, value: string): boolean {
  const keys: unknown = JSON.parse(entry.slice(2));
  if (!isFields(keys) || key === undefined) return false;
  const known = keys[key];
  return known === undefined || known === value || JSON.stringify(known) === value;
}
