import { labels, type Shard } from "@multigres/api-types";
import {
  controllerKeys,
  type Key,
  type KubernetesObject,
  keyOf,
  kinds,
  type ResourceKind,
  type Stores,
  type Watch,
  watch,
} from "@multigres/controller-kit";
import { componentSelector, components, shardLabels, trimClaim, trimPod } from "@multigres/workload-kit";
import { shardIdentity } from "./resources/identity.ts";

/** Index of Shards and of everything that belongs to one, by the shard's identity. */
export const byShard = "shard";

const identifying = [labels.cluster, labels.database, labels.tableGroup, labels.shard] as const;

/** Malformed Shards stand in the cache too, so nothing of their spec is taken for granted. */
export const primaryIndexes = {
  [byShard]: (shard: Shard): readonly string[] => (shard.spec?.cluster ? [identityKey(shard)] : []),
};

/** The value of the index `shard` for a Shard and all that belongs to it. */
export function identityKey({ metadata, spec }: Shard): string {
  return indexValue(metadata.namespace, shardLabels(shardIdentity(spec)));
}

/**
 * Everything is found by the shard's labels, not by its owner: pods belong to StatefulSets, volumes to nobody, and what
 * an orphaning delete left behind has lost its owner.
 */
export const watches: readonly Watch[] = [
  ofShard(kinds.StatefulSet),
  ofShard(kinds.Service),
  ofShard(kinds.PodDisruptionBudget),
  ofShard(kinds.ConfigMap),
  ofShard(kinds.Pod, trimPod),
  ofShard(kinds.PersistentVolumeClaim, trimClaim),
];

function ofShard<T extends KubernetesObject>(kind: ResourceKind<T>, trim?: (object: T) => T): Watch {
  return watch<T>({
    kind,
    labelSelector: componentSelector(components.shardPool),
    trim,
    indexes: { [byShard]: (object) => identityKeys(object) },
    // Also the owner: an object whose identity labels somebody changed is to be put right.
    wakes: (object, stores) => [...new Set([...controllerKeys(object, kinds.Shard), ...shardKeys(object, stores)])],
  });
}

function shardKeys(object: KubernetesObject, stores: Stores): Key[] {
  return identityKeys(object).flatMap((value) => stores.of(kinds.Shard).byIndex(byShard, value).map(keyOf));
}

function identityKeys({ metadata }: KubernetesObject): string[] {
  return metadata?.labels ? [indexValue(metadata.namespace ?? "", metadata.labels)] : [];
}

function indexValue(namespace: string, values: Readonly<Record<string, string>>): string {
  return [namespace, ...identifying.map((label) => values[label] ?? "")].join("/");
}
