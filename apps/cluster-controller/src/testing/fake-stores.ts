import {
  controllerOf,
  type Key,
  type KubernetesObject,
  keyOf,
  type Store,
  type Stores,
} from "@multigres/controller-kit";
import { clusterController } from "../definition.ts";

type Indexes = Readonly<Record<string, (object: KubernetesObject) => readonly string[]>>;

/** The controller's caches with these objects in them, trimmed and indexed as its watches say. */
export function storesWith(...objects: readonly KubernetesObject[]): Stores {
  return {
    of<T extends KubernetesObject>({ kind }: { readonly kind: string }): Store<T> {
      const trim = clusterController.watches.find((watch) => watch.kind.kind === kind)?.trim ?? ((object) => object);
      return storeOf(objects.filter((object) => object.kind === kind).map(trim), indexesOf(kind)) as Store<T>;
    },
  };
}

function indexesOf(kind: string): Indexes {
  if (kind === clusterController.primary.kind) return clusterController.primaryIndexes as unknown as Indexes;
  const watch = clusterController.watches.find((candidate) => candidate.kind.kind === kind);
  if (!watch) throw new Error(`${kind} isn't watched`);
  return watch.indexes ?? {};
}

function storeOf(objects: readonly KubernetesObject[], indexes: Indexes): Store<KubernetesObject> {
  return {
    hasSynced: true,
    list: () => objects,
    get: (key: Key) => objects.find((object) => keyOf(object) === key),
    byIndex(index, value) {
      if (index === "controller") return objects.filter((object) => controllerOf(object)?.uid === value);
      const valuesOf = indexes[index];
      if (!valuesOf) throw new Error(`no index ${index}`);
      return objects.filter((object) => valuesOf(object).includes(value));
    },
  };
}
