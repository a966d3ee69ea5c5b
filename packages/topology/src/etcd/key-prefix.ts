import type { Change, Guard, Kv, Range, Snapshot } from "./kv.ts";

/** The same store, seen from below a prefix. "" is the store itself. */
export function withKeyPrefix(kv: Kv, prefix: string): Kv {
  return {
    read: async <const Ranges extends readonly Range[]>(ranges: Ranges, options?: { signal?: AbortSignal }) => {
      const { revision, ranges: found } = await kv.read(
        ranges.map((range) =>
          "key" in range ? { key: prefix + range.key } : { ...range, prefix: prefix + range.prefix },
        ),
        options,
      );
      const stripped = found.map((range) => range.map((entry) => ({ ...entry, key: entry.key.slice(prefix.length) })));
      return { revision, ranges: stripped } as unknown as Snapshot<Ranges>;
    },
    write: ([firstGuard, ...guards], [firstChange, ...changes], options) => {
      const guard = (each: Guard): Guard =>
        "key" in each ? { ...each, key: prefix + each.key } : { ...each, prefix: prefix + each.prefix };
      const change = (each: Change): Change =>
        "put" in each ? { ...each, put: prefix + each.put } : { delete: prefix + each.delete };
      return kv.write(
        [guard(firstGuard), ...guards.map(guard)],
        [change(firstChange), ...changes.map(change)],
        options,
      );
    },
  };
}
