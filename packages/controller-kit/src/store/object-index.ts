import { type Key, type KubernetesObject, keyOf } from "../resource.ts";

export type IndexFunction<T> = (object: T) => readonly string[];

/** Keys of a store's objects by the values that an index function gives for them. */
export class ObjectIndex<T extends KubernetesObject> {
  readonly #valuesOf: IndexFunction<T>;
  readonly #keys = new Map<string, Set<Key>>();

  constructor(valuesOf: IndexFunction<T>) {
    this.#valuesOf = valuesOf;
  }

  /** @throws what the index function throws; the index is unchanged then. */
  add(object: T): void {
    const key = keyOf(object);
    for (const value of this.#valuesOf(object)) {
      const keys = this.#keys.get(value);
      if (keys) keys.add(key);
      else this.#keys.set(value, new Set([key]));
    }
  }

  remove(object: T): void {
    const key = keyOf(object);
    for (const value of this.#valuesOf(object)) {
      const keys = this.#keys.get(value);
      if (!keys?.delete(key)) continue;
      if (keys.size === 0) this.#keys.delete(value);
    }
  }

  keys(value: string): Iterable<Key> {
    return this.#keys.get(value) ?? [];
  }
}
