/** One key as it was read. Revisions are etcd's own, of the whole store. */
export interface KeyValue {
  readonly key: string;
  /** Empty when only keys were asked for. */
  readonly value: Uint8Array;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
}

export type Range =
  | { readonly key: string }
  /** All keys that begin so, sorted. */
  | { readonly prefix: string; readonly keysOnly?: boolean };

/** Several ranges as they were at one moment. */
export interface Snapshot<Ranges extends readonly Range[]> {
  readonly revision: bigint;
  readonly ranges: { readonly [Index in keyof Ranges]: readonly KeyValue[] };
}

/** What must still hold for a write to happen. */
export type Guard =
  /** The key as it was read; undefined: it doesn't exist. */
  | { readonly key: string; readonly modRevision: bigint | undefined }
  /** No key that begins so was written after this revision. (It doesn't see deletions.) */
  | { readonly prefix: string; readonly unchangedSince: bigint };

export type Change = { readonly put: string; readonly value: Uint8Array } | { readonly delete: string };

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

/**
 * The little of etcd that is used here. There is no unguarded write, so every request can be repeated: what was done
 * the first time fails the guard the second time.
 */
export interface Kv {
  /** A linearizable read. */
  read<const Ranges extends readonly Range[]>(ranges: Ranges, options?: RequestOptions): Promise<Snapshot<Ranges>>;
  /** Makes all changes, or none and returns false because a guard doesn't hold. At most 128 guards and changes each. */
  write(
    guards: readonly [Guard, ...Guard[]],
    changes: readonly [Change, ...Change[]],
    options?: RequestOptions,
  ): Promise<boolean>;
}

/** The guard that a key is still as it was read. */
export function asRead(key: string, found: KeyValue | undefined): Guard {
  return { key, modRevision: found?.modRevision };
}
