import type { ControllerDefinition, Watch } from "../definition.ts";
import type { KubernetesObject } from "../resource.ts";
import type { Store, Stores } from "../store.ts";
import { createStore } from "../store/object-store.ts";

/** The part of a definition that says what its caches hold. */
type Cached<P extends KubernetesObject> = Pick<
  ControllerDefinition<P, never, never, never>,
  "primary" | "primaryIndexes" | "watches"
>;

/** A controller's caches with these objects in them, trimmed and indexed as its definition says. */
export function storesWith<P extends KubernetesObject>(
  definition: Cached<P>,
  ...objects: readonly KubernetesObject[]
): Stores {
  const stores = new Map(
    watchesOf(definition).map(({ kind, trim, indexes }) => {
      const store = createStore({ trim, indexes, onFault: ({ error }) => raise(error) });
      const ofKind = objects.filter((object) => object.kind === kind.kind);
      store.replaceAll(
        ofKind.map((object) => store.prepare(object)),
        "1",
      );
      return [kind.kind, store] as const;
    }),
  );
  return {
    of: <T extends KubernetesObject>({ kind }: { readonly kind: string; readonly __object?: T }) => {
      const store = stores.get(kind) ?? raise(new RangeError(`${kind} isn't watched`));
      return store as unknown as Store<T>;
    },
  };
}

/** The watch of a kind in a definition. */
export function watchOf(definition: { readonly watches: readonly Watch[] }, kind: string): Watch {
  const found = definition.watches.find((watch) => watch.kind.kind === kind);
  return found ?? raise(new RangeError(`${kind} isn't watched`));
}

function watchesOf<P extends KubernetesObject>({ primary, primaryIndexes, watches }: Cached<P>): readonly Watch[] {
  return [{ kind: primary, indexes: primaryIndexes } as unknown as Watch, ...watches];
}

function raise(error: unknown): never {
  throw error;
}
