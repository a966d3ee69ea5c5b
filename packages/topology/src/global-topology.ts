import type { Kv, RequestOptions } from "./etcd/kv.ts";
import { type Context, type EnsureResult, ensureRecord } from "./ensure-record.ts";
import { Keys } from "./keys.ts";
import { decodeClaim, isSameOwner, type Owner } from "./ownership/owner.ts";
import { foreignClaim, type Foreign } from "./ownership/claims.ts";
import type { BackupLocation } from "./records/backup-location.ts";
import { type CellRecord, cellCodec } from "./records/cell.ts";
import { type DatabaseRecord, databaseCodec } from "./records/database.ts";
import type { DurabilityPolicyRecord } from "./records/durability-policy.ts";
import {
  type RemoveCellResult,
  type RemoveDatabaseOptions,
  type RemoveResult,
  removeCellRecord,
  removeDatabaseRecord,
} from "./remove-record.ts";
import { type Step, transact } from "./transaction.ts";

/** A Database record as the operator writes it. */
export interface DesiredDatabase extends DatabaseRecord {
  readonly backupLocation: BackupLocation;
  readonly durabilityPolicy: DurabilityPolicyRecord;
}

export type ReleaseResult =
  | { readonly result: "released" | "absent" }
  /** Records of ours are still there. */
  | { readonly result: "inUse"; readonly keys: readonly string[] }
  | Foreign;

export interface GlobalTopologyOptions {
  readonly kv: Kv;
  /** `--topo-global-root` of the components. */
  readonly root: string;
  readonly owner: Owner;
}

/**
 * The global topology of one cluster. Every method does one read and at most one write, can be repeated at any time, and
 * rejects with a TopologyError: UnreachableError, RejectedError, MalformedAnswerError, ContendedError or AbortedError.
 */
export interface GlobalTopology {
  /** Undefined: there is none. Also throws MalformedRecordError. */
  readCell(cell: string, options?: RequestOptions): Promise<CellRecord | undefined>;
  ensureCell(desired: CellRecord, options?: RequestOptions): Promise<EnsureResult>;
  /** Gateways and multiadmin lose sight of the cell's poolers at once, so these must be gone before. */
  removeCell(cell: string, options?: RequestOptions): Promise<RemoveCellResult>;
  /** Undefined: there is none. Also throws MalformedRecordError. */
  readDatabase(database: string, options?: RequestOptions): Promise<DatabaseRecord | undefined>;
  ensureDatabase(desired: DesiredDatabase, options?: RequestOptions): Promise<EnsureResult>;
  removeDatabase(database: string, options: RemoveDatabaseOptions): Promise<RemoveResult>;
  /** Names of the cells and databases whose records this cluster wrote and didn't remove. */
  listOwn(
    options?: RequestOptions,
  ): Promise<{ readonly cells: readonly string[]; readonly databases: readonly string[] }>;
  /** Gives the root back, after the last record was removed. */
  release(options?: RequestOptions): Promise<ReleaseResult>;
}

/** Throws InvalidSettingError, as do the methods for a name that can't be one. */
export function globalTopology({ kv, root, owner }: GlobalTopologyOptions): GlobalTopology {
  const keys = new Keys(root);
  const context: Context = { kv, keys, claim: { owner } };
  const cellPlace = (cell: string) => ({ key: keys.cell(cell), markKey: keys.cellMark(cell), codec: cellCodec });
  const databasePlace = (database: string) => ({
    key: keys.database(database),
    markKey: keys.databaseMark(database),
    codec: databaseCodec,
  });
  const readRecord = async <T>(
    { key, codec }: { key: string; codec: { decode(key: string, bytes: Uint8Array): T } },
    options?: RequestOptions,
  ) => {
    const [[record]] = (await kv.read([{ key }], options)).ranges;
    return record && codec.decode(key, record.value);
  };
  return {
    readCell: async (cell, options) => readRecord(cellPlace(cell), options),
    ensureCell: async (desired, options) => ensureRecord(context, cellPlace(desired.name), desired, options),
    removeCell: async (cell, options) => removeCellRecord(context, cell, options),
    readDatabase: async (database, options) => readRecord(databasePlace(database), options),
    ensureDatabase: async (desired, options) =>
      ensureRecord<DatabaseRecord>(context, databasePlace(desired.name), desired, options),
    removeDatabase: async (database, options) => removeDatabaseRecord(context, database, options),
    listOwn: (options) => listOwn(context, options),
    release: (options) => release(context, options),
  };
}

async function listOwn({ kv, keys, claim }: Context, options?: RequestOptions) {
  const folders = [keys.marks("cells"), keys.marks("databases")] as const;
  const { ranges } = await kv.read([{ prefix: folders[0] }, { prefix: folders[1] }], options);
  const [cells, databases] = ranges.map((range, index) =>
    range.flatMap((mark) => {
      const written = decodeClaim(mark.value);
      return written !== undefined && isSameOwner(written.owner, claim.owner)
        ? [mark.key.slice((folders[index] ?? "").length)]
        : [];
    }),
  );
  return { cells: cells ?? [], databases: databases ?? [] };
}

function release({ kv, keys, claim }: Context, options?: RequestOptions): Promise<ReleaseResult> {
  const ranges = [
    { key: keys.globalClaim() },
    { prefix: keys.marks("cells"), keysOnly: true },
    { prefix: keys.marks("databases"), keysOnly: true },
  ] as const;
  return transact(
    kv,
    ranges,
    ([[global], cells, databases]): Step<ReleaseResult> => {
      if (global === undefined) return { result: { result: "absent" } };
      const foreign = foreignClaim({ global, cell: undefined }, claim, keys);
      if (foreign !== undefined) return { result: foreign };
      const marks = [...cells, ...databases].map(({ key }) => key);
      if (marks.length > 0) return { result: { result: "inUse", keys: marks } };
      return { result: { result: "released" }, changes: [{ delete: global.key }] };
    },
    options,
  );
}
