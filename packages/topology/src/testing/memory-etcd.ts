import type { Change, Guard, KeyValue, Kv, Range, RequestOptions, Snapshot } from "../etcd/kv.ts";

/** A store that answers as etcd does, as far as `Kv` goes; an e2e test compares it with the real one. */
export class MemoryEtcd implements Kv {
  readonly #entries = new Map<string, KeyValue>();
  #revision = 1n;
  /** Requests so far; a write whose guard failed counts too. */
  readonly requests = { reads: 0, writes: 0 };
  /** Called before each write is judged: the moment in which others are faster. */
  beforeWrite: (() => void) | undefined;
  /** Every request rejects with it while it is set. */
  failure: Error | undefined;

  async read<const Ranges extends readonly Range[]>(
    ranges: Ranges,
    options?: RequestOptions,
  ): Promise<Snapshot<Ranges>> {
    this.#enter(options);
    this.requests.reads++;
    const found = ranges.map((range) => this.#find(range));
    return { revision: this.#revision, ranges: found } as unknown as Snapshot<Ranges>;
  }

  async write(guards: readonly Guard[], changes: readonly Change[], options?: RequestOptions): Promise<boolean> {
    this.#enter(options);
    this.requests.writes++;
    this.beforeWrite?.();
    if (!guards.every((guard) => this.#holds(guard))) return false;
    this.apply(changes);
    return true;
  }

  /** A write by somebody else, without any guard. */
  apply(changes: readonly Change[]): void {
    const isEffective = changes.some((change) => "put" in change || this.#entries.has(change.delete));
    if (isEffective) this.#revision++;
    for (const change of changes) {
      if ("delete" in change) this.#entries.delete(change.delete);
      else {
        const createRevision = this.#entries.get(change.put)?.createRevision ?? this.#revision;
        const entry = { key: change.put, value: change.value, createRevision, modRevision: this.#revision };
        this.#entries.set(change.put, entry);
      }
    }
  }

  put(key: string, value: Uint8Array): void {
    this.apply([{ put: key, value }]);
  }

  get(key: string): Uint8Array | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Sorted. */
  keys(): string[] {
    return [...this.#entries.keys()].sort(byBytes);
  }

  #enter(options: RequestOptions | undefined): void {
    options?.signal?.throwIfAborted();
    if (this.failure !== undefined) throw this.failure;
  }

  #find(range: Range): readonly KeyValue[] {
    if ("key" in range) {
      const entry = this.#entries.get(range.key);
      return entry === undefined ? [] : [entry];
    }
    const found = [...this.#entries.values()].filter(({ key }) => key.startsWith(range.prefix));
    const sorted = found.sort((a, b) => byBytes(a.key, b.key));
    return range.keysOnly === true ? sorted.map((entry) => ({ ...entry, value: new Uint8Array() })) : sorted;
  }

  #holds(guard: Guard): boolean {
    if ("key" in guard) return this.#entries.get(guard.key)?.modRevision === guard.modRevision;
    return this.#find({ prefix: guard.prefix }).every(({ modRevision }) => modRevision <= guard.unchangedSince);
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
