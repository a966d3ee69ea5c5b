import {
  controllerOf,
  type KubernetesObject,
  keyOf,
  type Store,
  type Stores,
  type Watch,
} from "@multigres/controller-kit";
import { topoController } from "../definition.ts";

type Indexes = Readonly<Record<string, (object: KubernetesObject) => readonly string[]>>;

/** The controller's caches with these objects in them, trimmed and indexed as its watches say. */
export function storesWith(...objects: readonly KubernetesObject[]): Stores {
  return {
    of<T extends KubernetesObject>({ kind }: { readonly kind: string }): Store<T> {
      const trim = kind === topoController.primary.kind ? undefined : watchOf(kind).trim;
      const cached = objects.filter((object) => object.kind === kind).map((object) => trim?.(object) ?? object);
      return storeOf(cached, indexesOf(kind)) as Store<T>;
    },
  };
}

export function watchOf(kind: string): Watch {
  const found = topoController.watches.find((watch) => watch.kind.kind === kind);
  if (!found) throw new Error(`${kind} isn't watched`);
  return found;
}

function indexesOf(kind: string): Indexes {
  const indexes = kind === topoController.primary.kind ? topoController.primaryIndexes : watchOf(kind).indexes;
  return (indexes ?? {}) as Indexes;
}

function storeOf(objects: readonly KubernetesObject[], indexes: Indexes): Store<KubernetesObject> {
  return {
    hasSynced: true,
    list: () => objects,
    get: (key) => objects.find((object) => keyOf(object) === key),
    byIndex(index, value) {
      if (index === "controller") return objects.filter((object) => controllerOf(object)?.uid === value);
      const valuesOf = indexes[index];
      if (!valuesOf) throw new Error(`no index ${index}`);
      return objects.filter((object) => valuesOf(object).includes(value));
    },
  };
}
