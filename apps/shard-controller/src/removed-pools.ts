import type { V1StatefulSet } from "@kubernetes/client-node";
import { labels, type Shard } from "@multigres/api-types";
import {
  controllerOf,
  type Deletion,
  type DesiredObject,
  deletionOf,
  type KubernetesObject,
  kinds,
  patched,
} from "@multigres/controller-kit";
import { names } from "@multigres/workload-kit";
import type { ObservedShard } from "./observe.ts";
import { type PoolPod, podsOf } from "./pools.ts";
import { poolIdentity } from "./resources/identity.ts";

/** A pool that was taken out of the spec, whose StatefulSet is still there. */
export interface RemovedPool {
  readonly name: string;
  readonly live: V1StatefulSet;
  readonly pods: readonly PoolPod[];
}

export function removedPools({ shard, statefulSets, pods }: ObservedShard): RemovedPool[] {
  const wanted = new Set(shard.spec.pools.map((pool) => names.pool(poolIdentity(shard.spec, pool))));
  return statefulSets
    .filter((live) => controllerOf(live)?.uid === shard.metadata.uid && !wanted.has(live.metadata?.name ?? ""))
    .map((live) => {
      const name = live.metadata?.name ?? "";
      return { name, live, pods: podsOf(name, pods) };
    });
}

/** Cells' names are always legal as label values, so this one is the name itself. */
export function cellOf({ live }: RemovedPool): string {
  return live.metadata?.labels?.[labels.cell] ?? "";
}

/** Nothing of a removed pool's StatefulSet is known any more but that it becomes smaller. */
export function scaledTo({ live: { metadata } }: RemovedPool, replicas: number): DesiredObject {
  const { namespace, name, uid } = metadata ?? {};
  return patched(kinds.StatefulSet, { metadata: { namespace, name, uid }, spec: { replicas } } as KubernetesObject);
}

/** The StatefulSet, once it has no pods and is to have none. */
export function deletionWhenEmpty({ spec }: Shard, { live, pods }: RemovedPool, replicas: number): Deletion[] {
  const isEmpty = pods.length === 0 && live.spec?.replicas === 0 && (live.status?.replicas ?? 0) === 0;
  if (!isEmpty || replicas > 0) return [];
  const goes = spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete";
  const because = `its pool is no longer in the spec.${goes ? "" : " Its PersistentVolumeClaims stay."}`;
  return [deletionOf(kinds.StatefulSet, live, because)];
}
