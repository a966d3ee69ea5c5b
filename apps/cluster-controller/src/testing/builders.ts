import type { V1PersistentVolumeClaim, V1Pod } from "@kubernetes/client-node";
import {
  apiVersion,
  type Cell,
  type Condition,
  type MultigresCluster,
  type MultigresClusterSpec,
  type OwnerReference,
  type PersistentVolumeClaimRetentionPolicy,
  type Pool,
  type ResolvedPool,
  type ShardTemplate,
  type TableGroup,
  type TopoServer,
} from "@multigres/api-types";
import type { KubernetesObject } from "@multigres/controller-kit";
import { resolvePools } from "@multigres/merge-engine";
import {
  cellLabels,
  clusterLabels,
  components,
  names,
  objectLabels,
  poolLabels,
  shardLabels,
  tableGroupLabels,
  topoServerLabels,
} from "@multigres/workload-kit";
import type { Settings } from "../settings.ts";

const namespace = "t1";

export const testSettings: Settings = {
  DEFAULT_IMAGE_MULTIGATEWAY: "default/multigateway",
  DEFAULT_IMAGE_MULTIORCH: "default/multiorch",
  DEFAULT_IMAGE_MULTIPOOLER: "default/multipooler",
  DEFAULT_IMAGE_MULTIADMIN: "default/multiadmin",
  DEFAULT_IMAGE_POSTGRES: "default/postgres",
  DEFAULT_IMAGE_PGCTLD: "default/pgctld",
  DEFAULT_IMAGE_ETCD: "default/etcd",
  DIAL_OVERRIDES: [],
  TOPOLOGY_TLS_DIR: "/tls",
};

export const now = new Date("2026-11-20T10:00:00Z");

/** Cluster `demo` with cell z1 and no database, unless told otherwise. */
export function aCluster(
  options: {
    name?: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    annotations?: Record<string, string>;
    finalizers?: string[];
    deletionTimestamp?: string;
    spec?: Partial<MultigresClusterSpec>;
    status?: MultigresCluster["status"];
  } = {},
): MultigresCluster {
  const name = options.name ?? "demo";
  return {
    apiVersion,
    kind: "MultigresCluster",
    metadata: {
      name,
      namespace: options.namespace ?? namespace,
      uid: options.uid ?? `uid-${name}`,
      generation: options.generation ?? 1,
      ...(options.annotations ? { annotations: options.annotations } : {}),
      ...(options.finalizers ? { finalizers: options.finalizers } : {}),
      ...(options.deletionTimestamp ? { deletionTimestamp: options.deletionTimestamp } : {}),
    },
    spec: { cells: [{ name: "z1", spec: { zone: "zone-1" } }], ...options.spec },
    ...(options.status ? { status: options.status } : {}),
  };
}

export function aPool(pool: Partial<Pool> = {}): Pool {
  return { type: "replica", cell: "z1", ...pool };
}

export function aTemplate(name: string, pools: Pool[] = [aPool()], at = namespace): ShardTemplate {
  return { apiVersion, kind: "ShardTemplate", metadata: { name, namespace: at, uid: `uid-${name}` }, spec: { pools } };
}

interface ChildOptions {
  /** `null`: nobody controls it. */
  readonly owner?: MultigresCluster | null;
  readonly name?: string;
  readonly generation?: number;
  readonly labels?: Record<string, string>;
  readonly deletionTimestamp?: string;
}

function childMetadata(
  kind: string,
  cluster: MultigresCluster,
  name: string,
  labels: Record<string, string>,
  options: ChildOptions,
): TopoServer["metadata"] {
  const owner = options.owner === undefined ? cluster : options.owner;
  return {
    name: options.name ?? name,
    namespace: cluster.metadata.namespace,
    uid: `uid-${kind}-${options.name ?? name}`,
    generation: options.generation ?? 1,
    labels: options.labels ?? objectLabels(labels),
    ...(options.deletionTimestamp ? { deletionTimestamp: options.deletionTimestamp } : {}),
    ownerReferences: owner ? [controlledBy(owner)] : [],
  };
}

export function controlledBy(owner: MultigresCluster): OwnerReference {
  const { name, uid = "" } = owner.metadata;
  return { apiVersion, kind: "MultigresCluster", name, uid, controller: true, blockOwnerDeletion: true };
}

/** What a child that is well, or isn't, says of itself. */
export function conditionsOf(
  available: Condition["status"] = "True",
  progressing: Condition["status"] = "False",
  message = "as its conditions say",
): Condition[] {
  return [
    { type: "Available", status: available, reason: "Test", message },
    { type: "Progressing", status: progressing, reason: "Test", message },
  ];
}

export function aTopoServer(
  cluster: MultigresCluster,
  options: ChildOptions & { status?: TopoServer["status"] } = {},
): TopoServer {
  const name = names.globalTopoServer(cluster.metadata.name);
  return {
    apiVersion,
    kind: "TopoServer",
    metadata: childMetadata(
      "TopoServer",
      cluster,
      name,
      topoServerLabels(cluster.metadata.name, name, undefined),
      options,
    ),
    spec: {
      cluster: { name: cluster.metadata.name, uid: cluster.metadata.uid ?? "" },
      rootPath: "/multigres/global",
      image: "etcd",
      replicas: 3,
      dataVolumeClaimTemplate: {},
    },
    status: options.status ?? { observedGeneration: 1, conditions: conditionsOf() },
  };
}

export function aCell(
  cluster: MultigresCluster,
  name: string,
  options: ChildOptions & { status?: Cell["status"] } = {},
): Cell {
  const clusterName = cluster.metadata.name;
  return {
    apiVersion,
    kind: "Cell",
    metadata: childMetadata(
      "Cell",
      cluster,
      names.cell(clusterName, name),
      cellLabels(clusterName, name, components.cell),
      options,
    ),
    spec: {
      cluster: { name: clusterName, uid: cluster.metadata.uid ?? "" },
      name,
      images: { multigateway: "gateway" },
      multiGateway: { replicas: 1 },
      globalTopoServer: { rootPath: "/multigres/global", address: "demo-global-client.t1.svc:2379" },
      topoServer: {},
      allCells: [name],
    },
    status: options.status ?? {
      observedGeneration: 1,
      conditions: conditionsOf(),
      gatewayAvailable: "True",
      topoServerAvailable: "True",
    },
  };
}

export function aTableGroup(
  cluster: MultigresCluster,
  database: string,
  options: ChildOptions & {
    pools?: Pool[];
    policy?: PersistentVolumeClaimRetentionPolicy;
    annotations?: Record<string, string>;
    status?: TableGroup["status"];
  } = {},
): TableGroup {
  const clusterName = cluster.metadata.name;
  const pools: ResolvedPool[] = resolvePools({ pools: options.pools ?? [aPool()] });
  return {
    apiVersion,
    kind: "TableGroup",
    metadata: {
      ...childMetadata(
        "TableGroup",
        cluster,
        names.tableGroup(database, "default"),
        tableGroupLabels(clusterName, database, "default"),
        options,
      ),
      ...(options.annotations ? { annotations: options.annotations } : {}),
    },
    spec: {
      cluster: { name: clusterName, uid: cluster.metadata.uid ?? "" },
      database,
      tableGroup: "default",
      images: { multipooler: "pooler", postgres: "postgres" },
      cells: [],
      globalTopoServer: { rootPath: "/multigres/global", address: "demo-global-client.t1.svc:2379" },
      multiadmin: { address: "http://demo-multiadmin.t1.svc:18000" },
      durabilityPolicy: "AT_LEAST_2",
      postgresPasswordSecretRef: { name: "demo-postgres", key: "password" },
      ...(options.policy ? { persistentVolumeClaimRetentionPolicy: options.policy } : {}),
      partitioning: { shards: 1 },
      shardTemplate: { pools },
    },
    status: options.status ?? {
      observedGeneration: 1,
      conditions: conditionsOf(),
      readyPods: pools.reduce((sum, pool) => sum + pool.replicas, 0),
      totalPods: pools.reduce((sum, pool) => sum + pool.replicas, 0),
      updatedPods: pools.reduce((sum, pool) => sum + pool.replicas, 0),
      servingWrites: "Unknown",
    },
  };
}

/** Deployment, StatefulSet, Service or PodDisruptionBudget of multiadmin or multiorch, with all pods ready. */
export function aWorkload(
  cluster: MultigresCluster,
  kind: "Deployment" | "StatefulSet" | "Service" | "PodDisruptionBudget",
  component: "multiadmin" | "multiorch",
  options: { replicas?: number; ready?: number } = {},
): KubernetesObject {
  const clusterName = cluster.metadata.name;
  const replicas = options.replicas ?? 1;
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: {
      name: names[component](clusterName),
      namespace: cluster.metadata.namespace,
      uid: `uid-${kind}-${component}`,
      generation: 1,
      labels: objectLabels(clusterLabels(clusterName, component)),
      ownerReferences: [controlledBy(cluster)],
    },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: options.ready ?? replicas,
    },
  } as KubernetesObject;
}

/** A pod of a pool, as the one with this ordinal. */
export function aPoolPod(cluster: MultigresCluster, database: string, cell: string, ordinal = 0): V1Pod {
  const pool = { cluster: cluster.metadata.name, database, tableGroup: "default", shard: 0, type: "replica", cell };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: names.poolPod(pool, ordinal),
      namespace: cluster.metadata.namespace,
      uid: `uid-${names.poolPod(pool, ordinal)}`,
      labels: objectLabels(poolLabels(pool)),
    },
    status: { phase: "Running" },
  };
}

/** The volume of a pool's pod in z1, or that of the backups. */
export function aClaim(
  cluster: MultigresCluster,
  database: string,
  of: number | "repository",
  options: { name?: string; owners?: OwnerReference[]; deletionTimestamp?: Date } = {},
): V1PersistentVolumeClaim {
  const shard = { cluster: cluster.metadata.name, database, tableGroup: "default", shard: 0 };
  const pool = { ...shard, type: "replica", cell: "z1" };
  const usual = of === "repository" ? names.repositoryClaim(shard) : `data-${names.poolPod(pool, of)}`;
  const name = options.name ?? usual;
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      namespace: cluster.metadata.namespace,
      uid: `uid-${name}`,
      labels: objectLabels(of === "repository" ? shardLabels(shard, components.shardPool) : poolLabels(pool)),
      ...(options.deletionTimestamp ? { deletionTimestamp: options.deletionTimestamp } : {}),
      ownerReferences: options.owners ?? [],
    },
  };
}

export function aPod(cluster: MultigresCluster, component: "multiadmin" | "multiorch", status: V1Pod["status"]): V1Pod {
  const clusterName = cluster.metadata.name;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${names[component](clusterName)}-0`,
      namespace: cluster.metadata.namespace,
      uid: `uid-pod-${component}`,
      labels: objectLabels(clusterLabels(clusterName, component)),
    },
    spec: { containers: [] },
    status,
  };
}
