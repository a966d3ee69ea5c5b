import type { V1PersistentVolumeClaim, V1Pod, V1PodTemplateSpec, V1StatefulSet } from "@kubernetes/client-node";
import type { ResolvedPool } from "@multigres/api-types";
import { controllerOf } from "@multigres/controller-kit";
import { dataVolumeName, names, type PoolIdentity, type VolumeGrowth, volumeGrowth } from "@multigres/workload-kit";
import type { ObservedShard } from "./observe.ts";
import { dataClaimName, ordinalOfPod } from "./pool-origin.ts";
import { poolIdentity } from "./resources/identity.ts";
import { poolTemplate, specHashOf } from "./resources/pool-statefulset.ts";
import { dataVolumeClaim } from "./resources/volumes.ts";

/** A pool of the spec and what there is of it. */
export interface WantedPool {
  readonly pool: ResolvedPool;
  readonly identity: PoolIdentity;
  /** Of its StatefulSet. */
  readonly name: string;
  readonly template: V1PodTemplateSpec;
  readonly specHash: string | undefined;
  readonly live: V1StatefulSet | undefined;
  /** Also those above the wanted ordinals, from the lowest. */
  readonly pods: readonly PoolPod[];
  readonly volumes: VolumeGrowth;
}

export interface PoolPod {
  readonly ordinal: number;
  readonly pod: V1Pod;
}

export function wantedPools(observed: ObservedShard): WantedPool[] {
  const { spec } = observed.shard;
  return spec.pools.map((pool) => {
    const identity = poolIdentity(spec, pool);
    const name = names.pool(identity);
    const template = poolTemplate(spec, pool);
    const live = observed.statefulSets.find(({ metadata }) => metadata?.name === name);
    const pods = podsOf(name, observed.pods);
    const liveClaim = live?.spec?.volumeClaimTemplates?.find(({ metadata }) => metadata?.name === dataVolumeName);
    const replicas = Math.max(pool.replicas, ...pods.map(({ ordinal }) => ordinal + 1));
    return {
      pool,
      identity,
      name,
      template,
      specHash: specHashOf(template),
      live,
      pods,
      volumes: volumeGrowth(dataVolumeClaim(spec, pool), liveClaim, volumesOf(name, replicas, observed.claims)),
    };
  });
}

/** From the lowest ordinal. */
export function podsOf(pool: string, pods: readonly V1Pod[]): PoolPod[] {
  return pods
    .flatMap((pod) => {
      const ordinal = ordinalOfPod(pool, pod);
      return ordinal !== undefined && isOfStatefulSet(pod, pool) ? [{ ordinal, pod }] : [];
    })
    .sort((a, b) => a.ordinal - b.ordinal);
}

/** By name: a pod that was orphaned is one of the pool until its StatefulSet has adopted it again. */
function isOfStatefulSet(pod: V1Pod, name: string): boolean {
  const owner = controllerOf(pod);
  return owner === undefined || (owner.kind === "StatefulSet" && owner.name === name);
}

function volumesOf(
  pool: string,
  replicas: number,
  claims: readonly V1PersistentVolumeClaim[],
): V1PersistentVolumeClaim[] {
  const wanted = new Set(Array.from({ length: replicas }, (_, ordinal) => dataClaimName(pool, ordinal)));
  return claims.filter(({ metadata }) => wanted.has(metadata?.name ?? ""));
}
