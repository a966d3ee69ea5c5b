import type { V1Pod, V1Service, V1StatefulSet } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import {
  type KubernetesObject,
  kinds,
  type ResourceKind,
  type Stores,
  type TaskResults,
} from "@multigres/controller-kit";
import { type Reading, readDataPlane } from "./data-plane/read.ts";
import { byShard, identityKey } from "./watches.ts";

/** What carries the shard's labels, whether or not it is still wanted and whoever controls it; and what Multigres says. */
export interface ObservedShard {
  readonly shard: Shard;
  readonly statefulSets: readonly V1StatefulSet[];
  readonly services: readonly V1Service[];
  readonly pods: readonly V1Pod[];
  readonly reading: Reading;
}

export function observe(shard: Shard, stores: Stores, results: TaskResults): ObservedShard {
  const value = identityKey(shard);
  const ofShard = <T extends KubernetesObject>(kind: ResourceKind<T>) => stores.of(kind).byIndex(byShard, value);
  const pods = ofShard(kinds.Pod);
  return {
    shard,
    statefulSets: ofShard(kinds.StatefulSet),
    services: ofShard(kinds.Service),
    pods,
    reading: readDataPlane(shard, pods, results),
  };
}
