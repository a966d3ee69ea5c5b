import type { Change, KeyValue, RequestOptions } from "./etcd/kv.ts";
import type { Context } from "./ensure-record.ts";
import { foreignClaim, type Foreign } from "./ownership/claims.ts";
import { foreignRecord, isOurMark, isOurRecord } from "./ownership/marks.ts";
import { databaseCodec } from "./records/database.ts";
import { type Step, transact } from "./transaction.ts";

export type RemoveResult = { readonly result: "removed" | "absent" } | Foreign;

export type RemoveCellResult =
  | RemoveResult
  /** These databases still name the cell, or can't be read; the record stays. */
  | { readonly result: "inUse"; readonly databases: readonly string[] };

export interface RemoveDatabaseOptions extends RequestOptions {
  /**
   * Also removes what multiorch keeps about the first initialisation of the database's shards. Right when their volumes
   * and backups go too; as long as those stay, so must this.
   */
  readonly shardInitClaims: boolean;
}

export function removeCellRecord(
  { kv, keys, claim }: Context,
  cell: string,
  options?: RequestOptions,
): Promise<RemoveCellResult> {
  const key = keys.cell(cell);
  const markKey = keys.cellMark(cell);
  const ranges = [
    { key: keys.globalClaim() },
    { key: keys.cellClaim() },
    { key: markKey },
    { key },
    { prefix: keys.databases() },
  ] as const;
  return transact(
    kv,
    ranges,
    ([[global], [ownCell], [mark], [record], found]): Step<RemoveCellResult> => {
      const foreign = foreignClaim({ global, cell: ownCell }, claim, keys);
      if (foreign !== undefined) return { result: foreign };
      const removal = decideRemoval(record, mark, { key, markKey, owner: claim.owner });
      if (removal.result.result !== "removed") return removal;
      const databases = found.flatMap((each) => {
        const database = keys.databaseOf(each.key);
        return database !== undefined && mayName(each, cell) ? [database] : [];
      });
      return databases.length > 0 ? { result: { result: "inUse", databases } } : removal;
    },
    options,
  );
}

export function removeDatabaseRecord(
  { kv, keys, claim }: Context,
  database: string,
  { shardInitClaims, ...options }: RemoveDatabaseOptions,
): Promise<RemoveResult> {
  const key = keys.database(database);
  const markKey = keys.databaseMark(database);
  const ranges = [
    { key: keys.globalClaim() },
    { key: keys.cellClaim() },
    { key: markKey },
    { key },
    { prefix: keys.databaseFolder(database), keysOnly: true },
  ] as const;
  return transact(
    kv,
    ranges,
    ([[global], [cell], [mark], [record], folder]): Step<RemoveResult> => {
      const foreign = foreignClaim({ global, cell }, claim, keys);
      if (foreign !== undefined) return { result: foreign };
      const removal = decideRemoval(record, mark, { key, markKey, owner: claim.owner });
      // Without a claim of ours on the root nothing shows that what lies beside an absent record is ours.
      const isOurs =
        removal.result.result === "removed" || (removal.result.result === "absent" && global !== undefined);
      if (!shardInitClaims || !isOurs) return removal;
      const claims = folder.filter((each) => keys.isShardInitClaim(each.key, database));
      return {
        result: removal.result,
        changes: [...(removal.changes ?? []), ...claims.map((each): Change => ({ delete: each.key }))],
      };
    },
    options,
  );
}

function decideRemoval(
  record: KeyValue | undefined,
  mark: KeyValue | undefined,
  { key, markKey, owner }: { key: string; markKey: string; owner: Context["claim"]["owner"] },
): Step<RemoveResult> {
  if (record === undefined) {
    return { result: { result: "absent" }, changes: isOurMark(mark, owner) ? [{ delete: markKey }] : [] };
  }
  if (!isOurRecord(record, mark, owner)) return { result: foreignRecord(record, mark) };
  return { result: { result: "removed" }, changes: [{ delete: key }, { delete: markKey }] };
}

function mayName({ key, value }: KeyValue, cell: string): boolean {
  try {
    return databaseCodec.decode(key, value).cells.includes(cell);
  } catch {
    return true;
  }
}
