import {
  apiVersion,
  type Condition,
  type ConditionStatus,
  type ResolvedPool,
  type Shard,
  type ShardStatus,
  type TableGroup,
  type TableGroupSpec,
} from "@multigres/api-types";
import { shard } from "../resources/shard.ts";

export const now = new Date("2026-11-20T10:00:00Z");

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

export function aTableGroup({ shards = 1, ...spec }: Partial<TableGroupSpec> & { shards?: number } = {}): TableGroup {
  return {
    apiVersion,
    kind: "TableGroup",
    metadata: { name: "prod-db-default", namespace: "t1", uid: "tablegroup-uid", generation: 4 },
    spec: {
      cluster: { name: "demo", uid: "cluster-uid" },
      database: "prod_db",
      tableGroup: "default",
      images: { multipooler: "multigres:1", postgres: "postgres:17.7", pgctld: "pgctld:1" },
      cells: [
        { name: "z1", zone: "zone-1" },
        { name: "z2", zone: "zone-2" },
      ],
      globalTopoServer: { rootPath: "/multigres/global", address: "demo-global-client.t1.svc:2379" },
      multiadmin: { address: "http://demo-multiadmin.t1.svc:18000" },
      durabilityPolicy: "AT_LEAST_2",
      postgresPasswordSecretRef: { name: "demo-postgres", key: "password" },
      backupRepository: { volumeClaimTemplate: { storageClassName: "shared" } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      partitioning: { shards },
      shardTemplate: { pools: [aPool(), aPool({ cell: "z2" })] },
      ...spec,
    },
  };
}

export interface ShardState {
  readonly generation?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly status?: ShardStatus;
  readonly deleting?: boolean;
}

/** A live Shard of the TableGroup: healthy, unless told otherwise. */
export function aLiveShard(tableGroup: TableGroup, index = 0, state: ShardState = {}): Shard {
  const { generation = 2, observedGeneration = generation, conditions = conditionsOf(), status } = state;
  const desired = shard(tableGroup, index);
  return {
    ...desired,
    metadata: {
      ...desired.metadata,
      uid: `shard-${index}-uid`,
      generation,
      ...(state.deleting ? { deletionTimestamp: "2026-11-20T09:59:00Z" } : {}),
    },
    status: {
      observedGeneration,
      conditions: [...conditions],
      totalPods: 6,
      readyPods: 6,
      updatedPods: 6,
      servingWrites: "True",
      ...status,
    },
  };
}

export function conditionsOf(
  available: Partial<Condition> & { status?: ConditionStatus } = {},
  progressing: Partial<Condition> & { status?: ConditionStatus } = {},
  stalled: Partial<Condition> & { status?: ConditionStatus } = {},
): Condition[] {
  return [
    {
      type: "Available",
      status: "True",
      reason: "QuorumReached",
      message: "Shard is healthy and serving",
      ...available,
    },
    {
      type: "Progressing",
      status: "False",
      reason: "Converged",
      message: "Everything is as the spec says.",
      ...progressing,
    },
    { type: "Stalled", status: "False", reason: "NothingToDo", message: "Nothing waits for a person.", ...stalled },
  ];
}
