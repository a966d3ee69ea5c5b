import type { V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import { apiVersion, labels, type ResolvedPool, type Shard, type ShardSpec } from "@multigres/api-types";
import type { KubernetesObject, Plan, ResourceKind, TaskResults } from "@multigres/controller-kit";
import type { ShardStatus } from "@multigres/api-types";
import { names, objectLabels, poolLabels } from "@multigres/workload-kit";
import { podHealth } from "@multigres/status-kit";
import type { ReadDataPlane } from "../data-plane/data-plane.ts";
import { readDataPlane } from "../data-plane/read.ts";
import type { ObservedShard } from "../observe.ts";
import { reconcile } from "../reconcile.ts";
import { poolIdentity } from "../resources/identity.ts";
import { poolTemplate, specHashOf } from "../resources/pool-statefulset.ts";

export const now = new Date("2026-11-20T10:00:00Z");
const longAgo = new Date("2026-11-20T09:00:00Z");

export function aPool(pool: Partial<ResolvedPool> = {}): ResolvedPool {
  return {
    type: "replica",
    cell: "z1",
    replicas: 3,
    dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
    postgres: { resources: { requests: { cpu: "2", memory: "4Gi" } } },
    multipooler: { resources: { requests: { cpu: "500m", memory: "256Mi" } } },
    ...pool,
  };
}

/** Two pools of three in two cells, on pgctld images. */
export function aShard(spec: Partial<ShardSpec> = {}): Shard {
  return {
    apiVersion,
    kind: "Shard",
    metadata: { name: "prod-db-default-0", namespace: "t1", uid: "shard-uid", generation: 3 },
    spec: {
      cluster: { name: "demo", uid: "cluster-uid" },
      database: "prod_db",
      tableGroup: "default",
      shard: 0,
      images: { multipooler: "multigres:1", postgres: "pgctld:17" },
      cells: [
        { name: "z1", zone: "zone-1" },
        { name: "z2", region: "region-2" },
      ],
      globalTopoServer: { rootPath: "/multigres/global", address: "demo-global-client.t1.svc:2379" },
      multiadmin: { address: "http://demo-multiadmin.t1.svc:18000" },
      durabilityPolicy: "AT_LEAST_2",
      postgresPasswordSecretRef: { name: "demo-postgres", key: "password" },
      pools: [aPool(), aPool({ cell: "z2" })],
      ...spec,
    },
  };
}

export function poolName(shard: Shard, { type, cell }: Pick<ResolvedPool, "type" | "cell">): string {
  return names.pool(poolIdentity(shard.spec, { type, cell }));
}

/** A pod of a pool: ready and of the newest revision, unless told otherwise. */
export function aPod(shard: Shard, pool: ResolvedPool, ordinal: number, change: Partial<V1Pod> = {}): V1Pod {
  const identity = poolIdentity(shard.spec, pool);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: names.poolPod(identity, ordinal),
      namespace: shard.metadata.namespace,
      uid: `${names.poolPod(identity, ordinal)}-uid`,
      labels: { ...objectLabels(poolLabels(identity)), ...podSpecLabel(shard, pool) },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "StatefulSet", name: names.pool(identity), uid: "sts-uid", controller: true },
      ],
    },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True", lastTransitionTime: longAgo }] },
    ...change,
  };
}

/** Tells that the pod was made from the spec that the Shard has for the pool. */
function podSpecLabel(shard: Shard, pool: ResolvedPool): Record<string, string> {
  return { [labels.podSpec]: specHashOf(poolTemplate(shard.spec, pool)) ?? "" };
}

export const notReady: Partial<V1Pod> = {
  status: { phase: "Running", conditions: [{ type: "Ready", status: "False" }] },
};

export function unschedulableSince(lastTransitionTime: Date): Partial<V1Pod> {
  const message = "pod has unbound PersistentVolumeClaims";
  return {
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime }],
    },
  };
}

export const crashing: Partial<V1Pod> = {
  status: {
    phase: "Running",
    conditions: [{ type: "Ready", status: "False" }],
    initContainerStatuses: [
      {
        name: "postgres",
        image: "",
        imageID: "",
        ready: false,
        restartCount: 5,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s" } },
      },
    ],
  },
};

/** A StatefulSet's status when all of its pods are as wanted; the counts can be told otherwise. */
export function settled(statefulSet: V1StatefulSet, status: Partial<V1StatefulSet["status"]> = {}): V1StatefulSet {
  const replicas = statefulSet.spec?.replicas ?? 0;
  return {
    ...statefulSet,
    metadata: { ...statefulSet.metadata, uid: `${statefulSet.metadata?.name}-uid`, generation: 1 },
    status: {
      observedGeneration: 1,
      replicas,
      readyReplicas: replicas,
      updatedReplicas: replicas,
      ...status,
    },
  };
}

/** No task has ended yet. */
export const noResults: TaskResults = { of: () => undefined };

/** The data plane says that this pod is the primary and all others that are ready follow it. */
export function readWith(
  { shard, pods }: Pick<ObservedShard, "shard" | "pods">,
  podName: string,
  { term = "1" }: { readonly term?: string } = {},
): ReadDataPlane {
  const followers = pods.filter((pod) => podHealth(pod).ready).map(({ metadata }) => metadata?.name ?? "");
  const cell = shard.spec.pools.find((pool) => podName.startsWith(poolName(shard, pool)))?.cell ?? "";
  return {
    state: "read",
    primary: {
      podName,
      cell,
      pooler: { cell, name: podName },
      ready: true,
      rule: { coordinatorTerm: term, leaderSubterm: "0" },
    },
    cohort: [podName, ...followers],
    followers: followers.filter((name) => name !== podName),
    lagging: [],
    unregistered: [],
    servingWrites: "True",
    roles: new Map(),
  };
}

export function nothingOf(shard: Shard): ObservedShard {
  return {
    shard,
    statefulSets: [],
    services: [],
    pods: [],
    claims: [],
    reading: readDataPlane(shard, [], noResults),
    switchOvers: [],
    backup: undefined,
  };
}

/** Everything that the Shard wants is there and at rest. */
export function allOf(shard: Shard): ObservedShard {
  const plan = reconcile(nothingOf(shard), { now });
  const pods = shard.spec.pools.flatMap((pool) =>
    Array.from({ length: pool.replicas }, (_, ordinal) => aPod(shard, pool, ordinal)),
  );
  return {
    ...nothingOf(shard),
    statefulSets: planned(plan, "StatefulSet").map((object) => settled(object as V1StatefulSet)),
    services: planned(plan, "Service").map((object) => ({
      ...object,
      metadata: { ...object.metadata, uid: `${object.metadata?.name}-uid` },
    })) as ObservedShard["services"],
    pods,
    reading: readDataPlane(shard, pods, noResults),
  };
}

export function planned(plan: Plan<ShardStatus>, kind: ResourceKind["kind"]): KubernetesObject[] {
  return plan.objects.filter((desired) => desired.kind.kind === kind).map(({ object }) => object);
}
