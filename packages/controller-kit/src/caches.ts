import type { Key, KubernetesObject, ResourceKind } from "./resource.ts";
import type { Stores } from "./store.ts";

/** All caches of one controller, as the manager drives them. */
export interface Caches extends Stores {
  /** Begins to list and watch; until `stop`, nothing that goes wrong ends it. */
  start(): void;
  stop(): void;
  /** Kinds whose first list hasn't arrived. */
  readonly unsynced: readonly string[];
  /** What keeps caches from being up to date, in words. */
  readonly problems: readonly string[];
  readonly whenSynced: Promise<void>;
  /** Called after the store has changed; `undefined` stands for absent. */
  onChange(listener: CacheListener): void;
  /** Shows the answer of a write to readers until the watch catches up. */
  putFromWrite(kind: ResourceKind, object: KubernetesObject): void;
  /** Hides an object that was deleted from readers until the watch catches up. */
  removeFromWrite(kind: ResourceKind, key: Key, uid: string): void;
  /** Objects by kind. */
  sizes(): ReadonlyMap<string, number>;
}

export type CacheListener = (
  kind: string,
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
) => void;
