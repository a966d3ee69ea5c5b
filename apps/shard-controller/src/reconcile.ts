import type { V1Service, V1StatefulSet } from "@kubernetes/client-node";
import type { ResolvedPool, Shard, ShardStatus } from "@multigres/api-types";
import {
  controllerOf,
  createdOnce,
  deletionOf,
  type KubernetesObject,
  kinds,
  type Plan,
  surplusOf,
  workload,
} from "@multigres/controller-kit";
import { troubleReport } from "@multigres/status-kit";
import { keptVolumeClaim, names } from "@multigres/workload-kit";
import { dataPlaneReport } from "./data-plane/report.ts";
import { dataPlaneTasks } from "./data-plane/tasks.ts";
import type { ObservedShard } from "./observe.ts";
import { poolHealth } from "./pool-health.ts";
import { reachesQuorum } from "./quorum.ts";
import { shardDisruptionBudget } from "./resources/disruption-budget.ts";
import { hbaConfigMap } from "./resources/hba.ts";
import { poolIdentity } from "./resources/identity.ts";
import { headlessService, podNameLabel, podService } from "./resources/pool-services.ts";
import { poolStatefulSet } from "./resources/pool-statefulset.ts";
import { repositoryClaim } from "./resources/repository.ts";
import { dataVolumeClaim, dataVolumeName } from "./resources/volumes.ts";
import { type PoolFacts, podsInCells, shardStatus } from "./status.ts";

export function reconcile(observed: ObservedShard, { now }: { readonly now: Date }): Plan<ShardStatus> {
  const { shard, pods, reading } = observed;
  const pools = shard.spec.pools.map((pool) => poolPlan(observed, pool));
  const claim = repositoryClaim(shard);
  const objects = [
    workload(kinds.PodDisruptionBudget, shardDisruptionBudget(shard)),
    workload(kinds.ConfigMap, hbaConfigMap(shard)),
    ...(claim ? [createdOnce(kinds.PersistentVolumeClaim, claim)] : []),
    // Before the pods, because they register these names.
    ...pools.flatMap((pool) => pool.services.map((service) => workload(kinds.Service, service))),
    ...pools.map((pool) => workload(kinds.StatefulSet, pool.statefulSet)),
  ];
  const surplusStatefulSets = surplusOf(kinds.StatefulSet, controlledBy(shard, observed.statefulSets), objects);
  const surplusServices = surplusOf(kinds.Service, controlledBy(shard, observed.services), objects);
  const facts = pools.map((pool) => pool.facts);
  const troubles = troubleReport(
    facts.map(({ health }) => health),
    now,
  );
  const canElect = reachesQuorum(shard.spec.durabilityPolicy, podsInCells(facts, "readyPods"));
  const dataPlane = dataPlaneReport(reading.dataPlane, { shard, pods, canElect }, now);
  const isChanging = dataPlane.isChanging || facts.some(({ health }) => health.progressing);
  return {
    objects,
    deletions: [
      ...surplusStatefulSets.map((statefulSet) =>
        deletionOf(
          kinds.StatefulSet,
          statefulSet,
          "its pool is no longer in the spec. Its PersistentVolumeClaims stay.",
        ),
      ),
      ...unused(surplusServices, observed).map((service) => deletionOf(kinds.Service, service)),
    ],
    events: [...troubles.events, ...dataPlane.events],
    tasks: dataPlaneTasks(reading, isChanging),
    status: (failures) =>
      shardStatus(
        {
          shard,
          pools: facts,
          dataPlane,
          surplusStatefulSets: surplusStatefulSets.map(({ metadata }) => metadata?.name ?? ""),
          failures,
        },
        now,
      ),
    requeueAfterMs: earliest(troubles.lookAgainAfterMs, dataPlane.lookAgainAfterMs),
  };
}

function earliest(...waits: readonly (number | undefined)[]): number | undefined {
  const given = waits.filter((ms) => ms !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
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
  const liveClaim = live?.spec?.volumeClaimTemplates?.find(({ metadata }) => metadata?.name === dataVolumeName);
  const claim = keptVolumeClaim(dataVolumeClaim(shard.spec, pool), liveClaim);
  return {
    services: [
      headlessService(shard, pool),
      ...Array.from({ length: pool.replicas }, (_, ordinal) => podService(shard, pool, ordinal)),
    ],
    statefulSet: poolStatefulSet(shard, pool, claim.template),
    facts: { health: poolHealth(pool, identity, live, pods), claim },
  };
}

/** What carries the shard's labels may be somebody else's. */
function controlledBy<T extends KubernetesObject>(shard: Shard, live: readonly T[]): T[] {
  return live.filter((object) => controllerOf(object)?.uid === shard.metadata.uid);
}

/** A pod keeps its address, and a StatefulSet its headless Service, until it is gone. */
function unused(surplus: readonly V1Service[], { pods, statefulSets }: ObservedShard): V1Service[] {
  const podNames = new Set(pods.map(({ metadata }) => metadata?.name));
  const statefulSetNames = new Set(statefulSets.map(({ metadata }) => metadata?.name));
  return surplus.filter(({ metadata, spec }) => {
    const podName = spec?.selector?.[podNameLabel];
    return podName === undefined ? !statefulSetNames.has(metadata?.name) : !podNames.has(podName);
  });
}
