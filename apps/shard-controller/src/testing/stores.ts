import {
  controllerOf,
  type KubernetesObject,
  keyOf,
  kinds,
  type Store,
  type Stores,
  type Watch,
} from "@multigres/controller-kit";
import { shardController } from "../definition.ts";

type Indexes = NonNullable<Watch["indexes"]>;

/** The controller's caches with these objects in them, trimmed and indexed as its watches say. */
export function storesWith(...objects: readonly KubernetesObject[]): Stores {
  return {
    of<T extends KubernetesObject>({ kind }: { readonly kind: string }): Store<T> {
      const isPrimary = kind === kinds.Shard.kind;
      const watch = isPrimary ? undefined : watchOf(kind);
      const indexes = isPrimary ? (shardController.primaryIndexes as unknown as Indexes) : (watch?.indexes ?? {});
      const trim = watch?.trim ?? ((object: KubernetesObject) => object);
      return storeOf(objects.filter((object) => object.kind === kind).map(trim), indexes) as Store<T>;
    },
  };
}

export function watchOf(kind: string): Watch {
  const found = shardController.watches.find((watch) => watch.kind.kind === kind);
  if (!found) throw new Error(`${kind} isn't watched`);
  return found;
}

function storeOf(objects: readonly KubernetesObject[], indexes: Indexes): Store<KubernetesObject> {
  return {
    hasSynced: true,
    list: () => objects,
    get: (key) => objects.find((object) => keyOf(object) === key),
    byIndex: (index, value) =>
      objects.filter((object) =>
        index === "controller" ? controllerOf(object)?.uid === value : indexes[index]?.(object).includes(value),
      ),
  };
}
