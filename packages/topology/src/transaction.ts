import { ContendedError } from "./errors.ts";
import { asRead, type Change, type Guard, type Kv, type Range, type RequestOptions, type Snapshot } from "./etcd/kv.ts";

/** What is to be done after a look at the store. Without changes nothing is written. */
export interface Step<Result> {
  readonly result: Result;
  readonly changes?: readonly Change[];
}

const attempts = 5;

/**
 * Reads, decides, and writes only if all that was read is still so; else begins anew.
 * Throws ContendedError when others were faster each time.
 */
export async function transact<const Ranges extends readonly Range[], Result>(
  kv: Kv,
  ranges: Ranges,
  decide: (found: Snapshot<Ranges>["ranges"]) => Step<Result>,
  options?: RequestOptions,
): Promise<Result> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const snapshot = await kv.read(ranges, options);
    const { result, changes: [first, ...others] = [] } = decide(snapshot.ranges);
    if (first === undefined) return result;
    const [guard, ...guards] = guardsOf(ranges, snapshot);
    if (guard === undefined) throw new TypeError("a write must depend on something read");
    if (await kv.write([guard, ...guards], [first, ...others], options)) return result;
  }
  throw new ContendedError(ranges.map((range) => ("key" in range ? range.key : range.prefix)).at(-1) ?? "");
}

function guardsOf(ranges: readonly Range[], { revision, ranges: found }: Snapshot<readonly Range[]>): Guard[] {
  return ranges.map((range, index) =>
    "key" in range ? asRead(range.key, found[index]?.[0]) : { prefix: range.prefix, unchangedSince: revision },
  );
}
