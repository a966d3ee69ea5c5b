import type { CacheListener, Caches } from "../caches.ts";
import { controllerOf, type Key, type KubernetesObject } from "../resource.ts";
import type { Store } from "../store.ts";
import type { MemoryApi } from "./memory-api.ts";

/** Caches that show a `MemoryApi` as it is; they sync when the test says so. */
export class MemoryCaches implements Caches {
  readonly #api: MemoryApi;
  readonly #kinds: ReadonlySet<string>;
  readonly #listeners: CacheListener[] = [];
  readonly whenSynced: Promise<void>;
  #finish: () => void = () => {};
  #running = false;
  #synced = false;

  constructor(api: MemoryApi, kinds: readonly string[]) {
    this.#api = api;
    this.#kinds = new Set(kinds);
    this.whenSynced = new Promise((resolve) => {
      this.#finish = resolve;
    });
    api.onChange((kind, before, after) => {
      if (this.#running && this.#kinds.has(kind)) this.#tell(kind, before, after);
    });
  }

  get unsynced(): readonly string[] {
    return this.#synced ? [] : [...this.#kinds];
  }

  readonly problems: readonly string[] = [];

  start(): void {
    this.#running = true;
  }

  sync(): void {
    for (const kind of this.#kinds) for (const object of this.#api.all(kind)) this.#tell(kind, undefined, object);
    this.#synced = true;
    this.#finish();
  }

  stop(): void {
    this.#running = false;
  }

  onChange(listener: CacheListener): void {
    this.#listeners.push(listener);
  }

  putFromWrite(): void {}

  removeFromWrite(): void {}

  sizes(): ReadonlyMap<string, number> {
    return new Map([...this.#kinds].map((kind) => [kind, this.#api.all(kind).length]));
  }

  of<T extends KubernetesObject>(kind: { readonly kind: string; readonly __object?: T }): Store<T> {
    if (!this.#kinds.has(kind.kind)) throw new Error(`${kind.kind} isn't watched`);
    const list = () => this.#api.all(kind.kind) as T[];
    return {
      get: (key: Key) => list().find(({ metadata }) => `${metadata?.namespace}/${metadata?.name}` === key),
      list,
      byIndex: (index, value) => {
        if (index !== "controller") throw new RangeError(`no index "${index}" here`);
        return list().filter((object) => controllerOf(object)?.uid === value);
      },
      hasSynced: this.#synced,
    };
  }

  #tell(kind: string, before: KubernetesObject | undefined, after: KubernetesObject | undefined): void {
    for (const listener of this.#listeners) listener(kind, before, after);
  }
}
