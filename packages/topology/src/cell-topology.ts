import type { EnsureResult } from "./ensure-record.ts";
import { asRead, type Change, type Guard, type KeyValue, type Kv, type RequestOptions } from "./etcd/kv.ts";
import { type ComponentFolder, componentFolders, Keys } from "./keys.ts";
import { decideClaim, foreignClaim, type Foreign } from "./ownership/claims.ts";
import type { Owner } from "./ownership/owner.ts";
import { decodeComponentId } from "./records/component.ts";
import { decodePooler, type PoolerRecord } from "./records/pooler.ts";
import { type Step, transact } from "./transaction.ts";

export interface PoolerList {
  /** Of this cell only, sorted by key. */
  readonly poolers: readonly PoolerRecord[];
  /** Keys whose bytes are no pooler record, of whatever cell. */
  readonly malformed: readonly string[];
}

/** `changed`: the pooler wrote its record again after it was listed, so it isn't gone. */
export type RemovePoolerResult = { readonly result: "removed" | "absent" | "changed" } | Foreign;

export type RemoveComponentsResult = { readonly result: "removed"; readonly count: number } | Foreign;

export interface CellTopologyOptions {
  /** Of the server in the Cell record. */
  readonly kv: Kv;
  /** `root` of the Cell record; the global root for a cell without a server of its own. */
  readonly root: string;
  readonly cell: string;
  readonly owner: Owner;
}

/** The topology of one cell, which its components fill themselves. What holds for GlobalTopology's methods holds here. */
export interface CellTopology {
  /**
   * Notes that this root is this cell's own, so that no other cell or cluster uses it too. For a cell with a server of
   * its own, before its record is written; a cell on the global server has nothing to claim.
   */
  claim(options?: RequestOptions): Promise<EnsureResult>;
  listPoolers(options?: RequestOptions): Promise<PoolerList>;
  /** Removes the record of a pooler that is gone for good, unless it has changed since it was listed. */
  removePooler(pooler: PoolerRecord, options?: RequestOptions): Promise<RemovePoolerResult>;
  /** Removes the records of all poolers, gateways and orchestrators of this cell. Those that still run write theirs again. */
  removeComponents(options?: RequestOptions): Promise<RemoveComponentsResult>;
  /** Gives a root back that `claim` took. */
  release(options?: RequestOptions): Promise<{ readonly result: "released" | "absent" } | Foreign>;
}

/** Throws InvalidSettingError. */
export function cellTopology(options: CellTopologyOptions): CellTopology {
  const { kv, root, cell, owner } = options;
  const keys = new Keys(root);
  const wanted = { owner, cell };
  const claims = [{ key: keys.globalClaim() }, { key: keys.cellClaim() }] as const;
  // A cell on the global server shares its root with the cluster's other cells.
  const foreign = ([[global], [ownCell]]: readonly [readonly KeyValue[], readonly KeyValue[]]) =>
    foreignClaim({ global, cell: ownCell }, { owner }, keys);

  return {
    claim: (request) =>
      transact(
        kv,
        claims,
        ([[global], [ownCell]]): Step<EnsureResult> => {
          const decision = decideClaim({ global, cell: ownCell }, wanted, keys);
          switch (decision.kind) {
            case "held":
              return { result: { result: "unchanged" } };
            case "foreign":
              return { result: decision.foreign };
            case "take":
              return {
                result: { result: ownCell === undefined ? "created" : "updated" },
                changes: [{ put: decision.put.key, value: decision.put.value }],
              };
          }
        },
        request,
      ),

    listPoolers: async (request) => {
      const [found] = (await kv.read([{ prefix: keys.components("poolers") }], request)).ranges;
      return readPoolers(
        found.filter(({ key }) => keys.isComponent(key, "poolers")),
        cell,
      );
    },

    removePooler: (pooler, request) =>
      transact(
        kv,
        [...claims, { key: pooler.key }] as const,
        ([global, ownCell, [record]]): Step<RemovePoolerResult> => {
          const other = foreign([global, ownCell]);
          if (other !== undefined) return { result: other };
          if (record === undefined) return { result: { result: "absent" } };
          if (record.modRevision !== pooler.modRevision) return { result: { result: "changed" } };
          return { result: { result: "removed" }, changes: [{ delete: pooler.key }] };
        },
        request,
      ),

    removeComponents: async (request) => {
      const snapshot = await kv.read(claims, request);
      const other = foreign(snapshot.ranges);
      if (other !== undefined) return other;
      const guards = claims.map(({ key }, index) => asRead(key, snapshot.ranges[index]?.[0]));
      let count = 0;
      for (const folder of componentFolders) {
        const [found] = (await kv.read([{ prefix: keys.components(folder) }], request)).ranges;
        const records = found.filter((record) => isOfCell(record, keys, folder, cell));
        count += await removeUnchanged(kv, records, guards, request);
      }
      return { result: "removed", count };
    },

    release: (request) =>
      transact(
        kv,
        claims,
        ([, [ownCell]]): Step<{ readonly result: "released" | "absent" } | Foreign> => {
          if (ownCell === undefined) return { result: { result: "absent" } };
          const other = foreignClaim({ global: undefined, cell: ownCell }, wanted, keys);
          if (other !== undefined) return { result: other };
          return { result: { result: "released" }, changes: [{ delete: ownCell.key }] };
        },
        request,
      ),
  };
}

function readPoolers(found: readonly KeyValue[], cell: string): PoolerList {
  const poolers: PoolerRecord[] = [];
  const malformed: string[] = [];
  for (const { key, value, modRevision } of found) {
    try {
      poolers.push(decodePooler(key, value, modRevision));
    } catch {
      malformed.push(key);
    }
  }
  return { poolers: poolers.filter(({ id }) => id.cell === cell), malformed };
}

function isOfCell({ key, value }: KeyValue, keys: Keys, folder: ComponentFolder, cell: string): boolean {
  if (!keys.isComponent(key, folder)) return false;
  try {
    return decodeComponentId(key, value).cell === cell;
  } catch {
    return false;
  }
}

/** etcd takes 128 guards and 128 changes at most by default. */
const batch = 100;

/** How many were removed; a batch in which a record has changed is left for the next time. */
async function removeUnchanged(
  kv: Kv,
  records: readonly KeyValue[],
  guards: readonly Guard[],
  options?: RequestOptions,
): Promise<number> {
  let removed = 0;
  for (let start = 0; start < records.length; start += batch) {
    const [first, ...others] = records.slice(start, start + batch);
    if (first === undefined) break;
    const done = await kv.write(
      [asRead(first.key, first), ...others.map((record) => asRead(record.key, record)), ...guards],
      [{ delete: first.key }, ...others.map(({ key }): Change => ({ delete: key }))],
      options,
    );
    if (done) removed += others.length + 1;
  }
  return removed;
}
