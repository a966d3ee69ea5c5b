import type { V1Service } from "@kubernetes/client-node";
import {
  controllerOf,
  type Deletion,
  type DesiredObject,
  deletionOf,
  kinds,
  surplusOf,
  workload,
} from "@multigres/controller-kit";
import type { ObservedShard } from "./observe.ts";
import type { WantedPool } from "./pools.ts";
import { headlessService, podNameLabel, podService } from "./resources/pool-services.ts";

/** Those of a pool; also of surplus ordinals, as long as their pods may be there. */
export function wantedServices({ shard }: ObservedShard, { pool }: WantedPool, replicas: number): DesiredObject[] {
  const ordinals = Math.max(pool.replicas, replicas);
  return [
    headlessService(shard, pool),
    ...Array.from({ length: ordinals }, (_, ordinal) => podService(shard, pool, ordinal)),
  ].map((each) => workload(kinds.Service, each));
}

/** A pod keeps its address, and a StatefulSet its headless Service, until it is gone. */
export function unusedServices(
  { shard, services, pods, statefulSets }: ObservedShard,
  wanted: readonly DesiredObject[],
): Deletion[] {
  // What carries the shard's labels may be somebody else's.
  const own = services.filter((each) => controllerOf(each)?.uid === shard.metadata.uid);
  const podNames = new Set(pods.map(({ metadata }) => metadata?.name));
  const statefulSetNames = new Set(statefulSets.map(({ metadata }) => metadata?.name));
  return surplusOf(kinds.Service, own, wanted)
    .filter((service) => !isUsed(service))
    .map((service) => deletionOf(kinds.Service, service));

  function isUsed({ metadata, spec }: V1Service): boolean {
    const podName = spec?.selector?.[podNameLabel];
    return podName === undefined ? statefulSetNames.has(metadata?.name) : podNames.has(podName);
  }
}
