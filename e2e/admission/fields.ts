/** Where `demo` and `std` set what many tests change. */
export const tinyStorage = "spec.databases.1.spec.pools.0.dataVolumeClaimTemplate.resources.requests.storage";
export const templateStorage = "spec.pools.0.dataVolumeClaimTemplate.resources.requests.storage";

/**
 * A copy of `object` with other values at dotted paths; undefined removes a field, a number is an index. Not checked by
 * the compiler: most of what is sent here is wrong on purpose.
 */
export function withFields<T extends object>(object: T, fields: Readonly<Record<string, unknown>>): T {
  const copy = structuredClone(object);
  for (const [path, value] of Object.entries(fields)) setField(copy as Record<string, unknown>, path.split("."), value);
  return copy;
}

function setField(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = "", ...rest] = path;
  if (rest.length > 0) {
    target[name] ??= {};
    setField(target[name] as Record<string, unknown>, rest, value);
  } else if (value === undefined) delete target[name];
  else target[name] = value;
}
