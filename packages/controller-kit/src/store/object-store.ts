import { controllerOf, type Key, type KubernetesObject, keyOf, type Metadata } from "../resource.ts";
import type { Store } from "../store.ts";
import { type IndexFunction, ObjectIndex } from "./object-index.ts";
import { compareResourceVersions, isOlder } from "./resource-version.ts";

/** Told after the store has changed; `undefined` stands for absent. Another object of the same name gives two calls. */
type StoreListener<T> = (before: T | undefined, after: T | undefined) => void;

export interface StoreOptions<T extends KubernetesObject> {
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** Drops what nobody reads. Must not mutate. */
  readonly trim?: (object: T) => T;
  readonly onChange?: StoreListener<T>;
  /** `trim`, an index function or the listener threw: a fault in the controller, which must not stop the stream. */
  readonly onFault?: (fault: {
    readonly where: "trim" | "index" | "listener";
    readonly key: Key;
    error: unknown;
  }) => void;
}

/** What a reflector does to a store. Objects have been through `prepare`. */
export interface StoreSink<T extends KubernetesObject> {
  /** Drops managedFields and what `trim` drops. Never throws. */
  prepare(object: T): T;
  /** The whole truth as of `resourceVersion`: what isn't in it is gone, unless our own write is newer. */
  replaceAll(objects: readonly T[], resourceVersion: string): void;
  put(object: T): void;
  /** `object` is the last state of what is gone, or what no longer matches the selector. */
  remove(object: T): void;
}

export interface ObjectStore<T extends KubernetesObject> extends Store<T>, StoreSink<T> {
  /** Shows the answer of our own write at once; older news from the watch doesn't roll it back. */
  putFromWrite(object: T): void;
  /**
   * Hides an object that we deleted, until it shows up as terminating or the watch reports its end. Another object of
   * the same name (another uid) isn't touched.
   */
  removeFromWrite(key: Key, uid: string): void;
  readonly size: number;
}

class IndexedStore<T extends KubernetesObject> implements ObjectStore<T> {
  readonly #options: StoreOptions<T>;
  readonly #objects = new Map<Key, T>();
  readonly #indexes = new Map<string, ObjectIndex<T>>();
  /** uids that we deleted and that the watch may still speak of. */
  readonly #deletedByUs = new Set<string>();
  /** How far the watch has told us everything. Events of one kind come in the order of their resourceVersions. */
  #toldUntil: string | undefined;
  #list: readonly T[] | undefined;
  #synced = false;

  constructor(options: StoreOptions<T>) {
    this.#options = options;
    const controller: IndexFunction<T> = (object) => {
      const owner = controllerOf(object);
      return owner ? [owner.uid] : [];
    };
    for (const [name, valuesOf] of Object.entries({ controller, ...options.indexes })) {
      this.#indexes.set(name, new ObjectIndex(this.#guarded(valuesOf)));
    }
  }

  get hasSynced(): boolean {
    return this.#synced;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: Key): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    this.#list ??= [...this.#objects.values()];
    return this.#list;
  }

  byIndex(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index);
    if (!found) throw new RangeError(`no index "${index}"; there are ${[...this.#indexes.keys()].join(", ")}`);
    const objects: T[] = [];
    for (const key of found.keys(value)) {
      const object = this.#objects.get(key);
      if (object) objects.push(object);
    }
    return objects;
  }

  prepare(object: T): T {
    const slim = withoutManagedFields(object);
    try {
      return this.#options.trim?.(slim) ?? slim;
    } catch (error) {
      this.#options.onFault?.({ where: "trim", key: keyOf(object), error });
      return slim;
    }
  }

  replaceAll(objects: readonly T[], resourceVersion: string): void {
    this.#toldUntil = resourceVersion;
    const listed = new Map(objects.map((object) => [keyOf(object), object]));
    const uids = new Set(objects.map((object) => object.metadata?.uid));
    for (const [key, object] of this.#objects) {
      if (listed.has(key)) continue;
      // Written by us after the list was made.
      if (isOlder(resourceVersion, versionOf(object))) continue;
      this.#set(key, undefined);
    }
    for (const uid of this.#deletedByUs) if (!uids.has(uid)) this.#deletedByUs.delete(uid);
    // Before the objects, so that listeners who read the store see it as synced.
    this.#synced = true;
    for (const object of objects) this.#show(object);
  }

  put(object: T): void {
    this.#toldUntil = versionOf(object);
    this.#show(object);
  }

  #show(object: T): void {
    const key = keyOf(object);
    if (this.#isHidden(object)) return;
    const current = this.#objects.get(key);
    if (current && isOlder(versionOf(object), versionOf(current))) return;
    this.#set(key, object);
  }

  remove(object: T): void {
    const key = keyOf(object);
    const uid = uidOf(object);
    this.#toldUntil = versionOf(object);
    this.#deletedByUs.delete(uid);
    const current = this.#objects.get(key);
    if (!current || uidOf(current) !== uid) return;
    // It stopped matching the selector, and our write of the label that it lacked is already here.
    if (isOlder(versionOf(object), versionOf(current))) return;
    this.#set(key, undefined);
  }

  putFromWrite(object: T): void {
    // What the watch has passed already is here, or gone again.
    if (!this.#isNews(object)) return;
    this.#show(this.prepare(object));
  }

  removeFromWrite(key: Key, uid: string): void {
    const current = this.#objects.get(key);
    if (!current || uidOf(current) !== uid) return;
    this.#deletedByUs.add(uid);
    this.#set(key, undefined);
  }

  #isNews(object: T): boolean {
    const order = compareResourceVersions(versionOf(object), this.#toldUntil);
    return order === undefined || order > 0;
  }

  /** Ours to hide, as long as it doesn't say itself that it is only on its way out (finalizers). */
  #isHidden(object: T): boolean {
    const uid = uidOf(object);
    if (!this.#deletedByUs.has(uid)) return false;
    if (!object.metadata?.deletionTimestamp) return true;
    this.#deletedByUs.delete(uid);
    return false;
  }

  #set(key: Key, after: T | undefined): void {
    const before = this.#objects.get(key);
    if (before && after && isSame(before, after)) return;
    if (before) for (const index of this.#indexes.values()) index.remove(before);
    if (after) {
      this.#objects.set(key, after);
      for (const index of this.#indexes.values()) index.add(after);
    } else {
      this.#objects.delete(key);
    }
    this.#list = undefined;
    if (before && after && uidOf(before) !== uidOf(after)) {
      this.#tell(key, before, undefined);
      this.#tell(key, undefined, after);
    } else if (before || after) {
      this.#tell(key, before, after);
    }
  }

  #tell(key: Key, before: T | undefined, after: T | undefined): void {
    try {
      this.#options.onChange?.(before, after);
    } catch (error) {
      this.#options.onFault?.({ where: "listener", key, error });
    }
  }

  #guarded(valuesOf: IndexFunction<T>): IndexFunction<T> {
    return (object) => {
      try {
        return valuesOf(object);
      } catch (error) {
        this.#options.onFault?.({ where: "index", key: keyOf(object), error });
        return [];
      }
    };
  }
}

function isSame(a: KubernetesObject, b: KubernetesObject): boolean {
  return uidOf(a) === uidOf(b) && versionOf(a) === versionOf(b);
}

function uidOf(object: KubernetesObject): string {
  return object.metadata?.uid ?? "";
}

function versionOf(object: KubernetesObject): string | undefined {
  return object.metadata?.resourceVersion;
}

function withoutManagedFields<T extends KubernetesObject>(object: T): T {
  const metadata: (Metadata & { managedFields?: unknown }) | undefined = object.metadata;
  if (metadata?.managedFields === undefined) return object;
  const { managedFields: _, ...kept } = metadata;
  return { ...object, metadata: kept };
}

export function createStore<T extends KubernetesObject>(options: StoreOptions<T> = {}): ObjectStore<T> {
  return new IndexedStore(options);
}
