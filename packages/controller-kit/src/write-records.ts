import type { KubernetesObject } from "./resource.ts";

/** What this process knows about its last write to one object. */
export interface WriteRecord {
  /** Hash of what was desired. */
  readonly hash: string;
  readonly generation: number | undefined;
  readonly resourceVersion: string | undefined;
  /** The object's fields are known to be owned through server-side apply alone. */
  readonly applied: boolean;
}

/**
 * Memory of writes by UID. It makes repeats free and stops a loop over fields that the server fills or changes on its
 * own. Losing it costs comparisons, never a wrong write.
 */
export class WriteRecords {
  readonly #records = new Map<string, WriteRecord>();
  readonly #capacity: number;

  constructor(capacity = 50_000) {
    this.#capacity = capacity;
  }

  get(live: KubernetesObject): WriteRecord | undefined {
    return this.#records.get(live.metadata?.uid ?? "");
  }

  /** Notes that `live` is as `hash` wants it, or as near as the server lets it be. */
  note(live: KubernetesObject, hash: string, applied: boolean): void {
    const { uid, generation, resourceVersion } = live.metadata ?? {};
    if (uid === undefined) return;
    this.#records.delete(uid);
    this.#records.set(uid, { hash, generation, resourceVersion, applied });
    if (this.#records.size > this.#capacity) {
      const [oldest] = this.#records.keys();
      if (oldest !== undefined) this.#records.delete(oldest);
    }
  }

  forget(uid: string): void {
    this.#records.delete(uid);
  }

  /**
   * Whether nothing that concerns us happened since: we want the same, and nobody touched the object, or only its status
   * (generation unchanged; kinds without one have no such excuse).
   */
  isSettled(live: KubernetesObject, hash: string, metadataIntact: boolean): boolean {
    const record = this.get(live);
    if (record?.hash !== hash) return false;
    if (record.resourceVersion !== undefined && record.resourceVersion === live.metadata?.resourceVersion) return true;
    return metadataIntact && record.generation !== undefined && record.generation === live.metadata?.generation;
  }
}
