import type { Change, KeyValue, Kv, RequestOptions } from "./etcd/kv.ts";
import type { Keys } from "./keys.ts";
import { decideClaim, type FoundClaims, type Foreign } from "./ownership/claims.ts";
import { foreignRecord, isOurRecord } from "./ownership/marks.ts";
import { encodeClaim, type Claim } from "./ownership/owner.ts";
import type { RecordCodec } from "./records/codec.ts";
import { type Step, transact } from "./transaction.ts";

export type EnsureResult =
  /** `unchanged` also for a record of someone else that already says all that is wanted; it doesn't become ours. */
  { readonly result: "unchanged" | "created" | "updated" } | Foreign;

/** Who acts, and where. */
export interface Context {
  readonly kv: Kv;
  readonly keys: Keys;
  readonly claim: Claim;
}

export interface RecordPlace<T> {
  readonly key: string;
  readonly markKey: string;
  readonly codec: RecordCodec<T>;
}

/** Makes a record say what is wanted, in one read and at most one write, which also claims the root if nobody has it. */
export function ensureRecord<T>(
  { kv, keys, claim }: Context,
  { key, markKey, codec }: RecordPlace<T>,
  desired: T,
  options?: RequestOptions,
): Promise<EnsureResult> {
  const ranges = [{ key: keys.globalClaim() }, { key: keys.cellClaim() }, { key: markKey }, { key }] as const;
  return transact(
    kv,
    ranges,
    ([[global], [cell], [mark], [record]]) =>
      decideEnsure({ claims: { global, cell }, mark, record }, { claim, keys, key, markKey, codec, desired }),
    options,
  );
}

interface Found {
  readonly claims: FoundClaims;
  readonly mark: KeyValue | undefined;
  readonly record: KeyValue | undefined;
}

interface Wanted<T> extends RecordPlace<T> {
  readonly claim: Claim;
  readonly keys: Keys;
  readonly desired: T;
}

function decideEnsure<T>({ claims, mark, record }: Found, wanted: Wanted<T>): Step<EnsureResult> {
  const { claim, keys, key, markKey, codec, desired } = wanted;
  const decision = decideClaim(claims, claim, keys);
  if (decision.kind === "foreign") return { result: decision.foreign };
  const changes: Change[] = decision.kind === "take" ? [{ put: decision.put.key, value: decision.put.value }] : [];

  const { bytes, changed } = codec.edit(desired, record?.value);
  if (!changed) return { result: { result: "unchanged" }, changes };
  if (record !== undefined && !isOurRecord(record, mark, claim.owner)) return { result: foreignRecord(record, mark) };
  changes.push({ put: key, value: bytes }, { put: markKey, value: encodeClaim({ owner: claim.owner }) });
  return { result: { result: record === undefined ? "created" : "updated" }, changes };
}
