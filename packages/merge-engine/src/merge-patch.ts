/** A partial value: objects may leave fields out or delete them with null, everything else stands whole. */
export type Patch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Patch<T[K]> | null }
    : T;

type Fields = Readonly<Record<string, unknown>>;

/**
 * JSON merge patch (RFC 7386): objects are merged field by field, arrays and scalars replace, a field that isn't there
 * keeps the base's, null deletes. Presence decides: `0`, `""`, `false` and `[]` count; undefined is absence.
 * Neither argument is changed, and the result shares no object or array with them. Both must be JSON values.
 */
export function mergePatch<T>(base: T, patch: Patch<T>): T {
  return merge(base, patch) as T;
}

function merge(base: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return clone(patch);
  const merged = new Map(isFields(base) ? present(base).map(([name, value]) => [name, clone(value)]) : []);
  for (const [name, value] of present(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, merge(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

function clone(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clone);
  if (isFields(value)) return Object.fromEntries(present(value).map(([name, field]) => [name, clone(field)]));
  return value;
}

function present(fields: Fields): [string, unknown][] {
  return Object.entries(fields).filter(([, value]) => value !== undefined);
}

/** Whether a JSON value is an object: neither null nor an array. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
