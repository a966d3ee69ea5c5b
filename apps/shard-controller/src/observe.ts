import type { V1Pod, V1Service, V1StatefulSet } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import { type KubernetesObject, kinds, type ResourceKind, type Stores } from "@multigres/controller-kit";
import { byShard, identityKey } from "./watches.ts";

/** What carries the shard's labels, whether or not it is still wanted and whoever controls it. */
export interface ObservedShard {
  readonly shard: Shard;
  readonly statefulSets: readonly V1StatefulSet[];
  readonly services: readonly V1Service[];
  readonly pods: readonly V1Pod[];
}

export function observe(shard: Shard, stores: Stores): ObservedShard {
  const value = identityKey(shard);
  const ofShard = <T extends KubernetesObject>(kind: ResourceKind<T>) => stores.of(kind).byIndex(byShard, value);
  return {
    shard,
    statefulSets: ofShard(kinds.StatefulSet),
    services: ofShard(kinds.Service),
    pods: ofShard(kinds.Pod),
  };
}
