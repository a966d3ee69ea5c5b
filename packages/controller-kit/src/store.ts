import type { Key, KubernetesObject } from "./resource.ts";

/** What a controller may read: a label-selected, trimmed copy of one kind, kept up to date by a reflector. */
export interface Store<T extends KubernetesObject> {
  get(key: Key): T | undefined;
  list(): readonly T[];
  /** Objects whose index function returned `value`; every store has the index `controller` (uid of the controller owner). */
  byIndex(index: string, value: string): readonly T[];
  /** True once the first list has arrived. */
  readonly hasSynced: boolean;
}

/** All stores of a controller, by kind. Asking for a kind that has no watch is a programming error and throws. */
export interface Stores {
  of<T extends KubernetesObject>(kind: { readonly kind: string; readonly __object?: T }): Store<T>;
}
