import type { V1Pod } from "@kubernetes/client-node";
import type { ShardSpec } from "@multigres/api-types";
import { names, type PoolIdentity, poolerServiceIdOf } from "@multigres/workload-kit";
import { type PoolerId, poolerKey } from "../multiadmin/pooler-id.ts";
import { originOfPod } from "../pool-origin.ts";
import { poolIdentity } from "../resources/identity.ts";

/** A pooler of a shard and the pod that it runs in. */
export interface Pooler extends PoolerId {
  readonly podName: string;
  /** Undefined: it is away at the moment. */
  readonly pod: V1Pod | undefined;
}

export interface Poolers {
  readonly all: readonly Pooler[];
  /** Undefined: neither is its pod there nor is it wanted. */
  get(id: PoolerId): Pooler | undefined;
}

/** The poolers whose pods are there or wanted; pods of removed pools and ordinals are poolers until they are gone. */
export function poolersOf(spec: ShardSpec, pods: readonly V1Pod[]): Poolers {
  const podsByName = new Map(pods.map((pod) => [pod.metadata?.name ?? "", pod]));
  const all = new Map<string, Pooler>();
  const add = (pool: PoolIdentity, ordinal: number) => {
    const podName = names.poolPod(pool, ordinal);
    const pooler = {
      cell: pool.cell,
      name: poolerServiceIdOf(pool, ordinal),
      podName,
      pod: podsByName.get(podName),
    };
    all.set(poolerKey(pooler), pooler);
  };
  for (const pool of spec.pools) {
    const identity = poolIdentity(spec, pool);
    for (let ordinal = 0; ordinal < pool.replicas; ordinal++) add(identity, ordinal);
  }
  for (const pod of pods) {
    const origin = originOfPod(spec, pod);
    if (origin !== undefined) add(origin.identity, origin.ordinal);
  }
  return { all: [...all.values()], get: (id) => all.get(poolerKey(id)) };
}
