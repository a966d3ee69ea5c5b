import type { V1Service, V1StatefulSet } from "@kubernetes/client-node";
import type { ResolvedPool, Shard, ShardStatus } from "@multigres/api-types";
import {
  controllerOf,
  type Deletion,
  type DesiredObject,
  type EventDraft,
  type KubernetesObject,
  kinds,
  type Plan,
  type ResourceKind,
} from "@multigres/controller-kit";
import { reasons } from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import type { ObservedShard } from "./observe.ts";
import { poolHealth } from "./pool-health.ts";
import { podTroubles } from "./pod-troubles.ts";
import { type DataVolume, dataVolume } from "./resources/data-volume.ts";
import { shardDisruptionBudget } from "./resources/disruption-budget.ts";
import { hbaConfigMap } from "./resources/hba.ts";
import { poolIdentity } from "./resources/identity.ts";
import { hasIdentityOf } from "./resources/ownership.ts";
import { headlessService, podNameLabel, podService } from "./resources/pool-services.ts";
import { poolStatefulSet } from "./resources/pool-statefulset.ts";
import { repositoryClaim } from "./resources/repository.ts";
import { dataVolumeClaim, dataVolumeName } from "./resources/volumes.ts";
import { type PoolFacts, shardStatus } from "./status.ts";

export function reconcile(observed: ObservedShard, { now }: { readonly now: Date }): Plan<ShardStatus> {
  const { shard } = observed;
  const pools = shard.spec.pools.map((pool) => poolPlan(observed, pool));
  const services = pools.flatMap((pool) => pool.services);
  const statefulSets = pools.map((pool) => pool.statefulSet);
  const surplus = surplusOf(observed.statefulSets, statefulSets, shard);
  const troubles = podTroubles(
    shard,
    pools.map(({ facts }) => facts.health),
    now,
  );
  return {
    objects: [
      workload(kinds.PodDisruptionBudget, shardDisruptionBudget(shard)),
      workload(kinds.ConfigMap, hbaConfigMap(shard)),
      ...repository(observed),
      // Before the pods, because they register these names.
      ...services.map((service) => workload(kinds.Service, service)),
      ...statefulSets.map((statefulSet) => workload(kinds.StatefulSet, statefulSet)),
    ],
    deletions: [
      ...surplus.map((statefulSet) => deletion(kinds.StatefulSet, statefulSet)),
      ...unusedServices(observed, services).map((service) => deletion(kinds.Service, service)),
    ],
    events: [...surplus.map(removal), ...troubles.events],
    status: (failures) =>
      shardStatus(
        {
          shard,
          pools: pools.map(({ facts }) => facts),
          surplusStatefulSets: surplus.map(({ metadata }) => metadata?.name ?? ""),
        },
        failures,
        now,
      ),
    requeueAfterMs: troubles.lookAgainAfterMs,
  };
}

interface PoolPlan {
  readonly services: readonly V1Service[];
  readonly statefulSet: V1StatefulSet;
  readonly facts: PoolFacts;
}

function poolPlan({ shard, statefulSets, pods }: ObservedShard, pool: ResolvedPool): PoolPlan {
  const identity = poolIdentity(shard.spec, pool);
  const name = names.pool(identity);
  const live = statefulSets.find(({ metadata }) => metadata?.name === name);
  const volume = dataVolume(dataVolumeClaim(shard.spec, pool), liveDataVolumeClaim(live));
  return {
    services: [
      headlessService(shard, pool),
      ...Array.from({ length: pool.replicas }, (_, ordinal) => podService(shard, pool, ordinal)),
    ],
    statefulSet: poolStatefulSet(shard, pool, volume.claim),
    facts: { health: poolHealth(pool, identity, live, pods), volume },
  };
}

function liveDataVolumeClaim(statefulSet: V1StatefulSet | undefined): DataVolume["claim"] | undefined {
  return statefulSet?.spec?.volumeClaimTemplates?.find(({ metadata }) => metadata?.name === dataVolumeName);
}

function repository({ shard, repositoryClaimExists }: ObservedShard): DesiredObject[] {
  const claim = repositoryClaim(shard);
  return claim === undefined || repositoryClaimExists
    ? []
    : [{ write: "create", kind: kinds.PersistentVolumeClaim, object: claim }];
}

function workload<T extends KubernetesObject>(kind: ResourceKind<T>, object: T): DesiredObject {
  return { write: "apply", kind, object, isOurs: (live) => hasIdentityOf(object, live) };
}

function surplusOf<T extends KubernetesObject>(live: readonly T[], wanted: readonly T[], shard: Shard): T[] {
  const wantedNames = new Set(wanted.map(({ metadata }) => metadata?.name));
  return live.filter(
    (object) => !wantedNames.has(object.metadata?.name) && controllerOf(object)?.uid === shard.metadata.uid,
  );
}

/** A pod keeps its address, and a StatefulSet its headless Service, until it is gone. */
function unusedServices(
  { shard, services, pods, statefulSets }: ObservedShard,
  wanted: readonly V1Service[],
): V1Service[] {
  const podNames = new Set(pods.map(({ metadata }) => metadata?.name));
  const statefulSetNames = new Set(statefulSets.map(({ metadata }) => metadata?.name));
  return surplusOf(services, wanted, shard).filter(({ metadata, spec }) => {
    const podName = spec?.selector?.[podNameLabel];
    return podName === undefined ? !statefulSetNames.has(metadata?.name) : !podNames.has(podName);
  });
}

function deletion(kind: ResourceKind, { metadata }: KubernetesObject): Deletion {
  const { namespace = "", name = "", uid = "" } = metadata ?? {};
  return { kind, namespace, name, uid };
}

function removal({ metadata }: V1StatefulSet): EventDraft {
  return {
    type: "Normal",
    reason: reasons.removing,
    action: "Delete",
    note: `Deleting StatefulSet ${metadata?.name}: its pool is no longer in the spec. Its PersistentVolumeClaims stay.`,
  };
}
