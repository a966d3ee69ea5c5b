import { z } from "zod";
import {
  baseStatus,
  conditionStatus,
  durabilityPolicy,
  imagePull,
  persistentVolumeClaimRetentionPolicy,
  resourceRequirements,
  secretKeyReference,
  volumeClaimTemplate,
} from "./common.ts";
import {
  backupRepository,
  cellPlacement,
  clusterReference,
  gatewayService,
  topologyReconciliation,
  topologyReference,
  topoServerConfig,
} from "./components.ts";
import { placementShape } from "./placement.ts";
import { pool, poolType, resolvedPool } from "./pool.ts";

export const shardTemplateSpec = z.object({ pools: z.array(pool) });
export type ShardTemplateSpec = z.infer<typeof shardTemplateSpec>;

// TopoServer

export const topoServerSpec = z.object({
  cluster: clusterReference,
  cell: z.string().describe("Set on the local topology server of one cell.").optional(),
  rootPath: z.string(),
  image: z.string(),
  ...imagePull,
  replicas: z.int32().min(1).max(9),
  resources: resourceRequirements.optional(),
  dataVolumeClaimTemplate: volumeClaimTemplate,
  persistentVolumeClaimRetentionPolicy: persistentVolumeClaimRetentionPolicy.optional(),
  ...placementShape,
});
export type TopoServerSpec = z.infer<typeof topoServerSpec>;

export const topoServerStatus = z.object({
  ...baseStatus,
  replicas: z.int32().optional(),
  readyReplicas: z.int32().optional(),
  clientServiceName: z.string().optional(),
  peerServiceName: z.string().optional(),
});
export type TopoServerStatus = z.infer<typeof topoServerStatus>;

// Cell

export const cellSpec = z.object({
  cluster: clusterReference,
  name: z.string(),
  zone: z.string().optional(),
  region: z.string().optional(),
  images: z.object({ ...imagePull, multigateway: z.string() }),
  multiGateway: z.object({
    replicas: z.int32(),
    resources: resourceRequirements.optional(),
    service: gatewayService.optional(),
    ...placementShape,
  }),
  globalTopoServer: topologyReference,
  topoServer: topoServerConfig.describe("Empty: this cell uses the global topology server."),
  allCells: z.array(z.string()),
  topologyReconciliation: topologyReconciliation.optional(),
  persistentVolumeClaimRetentionPolicy: persistentVolumeClaimRetentionPolicy.optional(),
});
export type CellSpec = z.infer<typeof cellSpec>;

export const cellStatus = z.object({
  ...baseStatus,
  gatewayReplicas: z.int32().optional(),
  gatewayReadyReplicas: z.int32().optional(),
  gatewayServiceName: z.string().optional(),
  gatewayAvailable: conditionStatus.optional(),
  topoServerAvailable: conditionStatus.optional(),
});
export type CellStatus = z.infer<typeof cellStatus>;

// TableGroup and Shard

/** What every pod of a shard needs, handed down unchanged from the cluster through the TableGroup. */
const shardContext = {
  cluster: clusterReference,
  database: z.string(),
  tableGroup: z.string(),
  images: z.object({
    ...imagePull,
    multipooler: z.string(),
    postgres: z.string(),
    pgctld: z.string().optional(),
  }),
  cells: z.array(cellPlacement),
  globalTopoServer: topologyReference,
  multiadmin: z.object({ address: z.string().describe("http://host:port of multiadmin's REST API.") }),
  durabilityPolicy,
  postgresPasswordSecretRef: secretKeyReference,
  backupRepository: backupRepository.optional(),
  persistentVolumeClaimRetentionPolicy: persistentVolumeClaimRetentionPolicy.optional(),
};

export const tableGroupSpec = z.object({
  ...shardContext,
  partitioning: z.object({ shards: z.int32().min(1) }),
  shardTemplate: z.object({ pools: z.array(resolvedPool) }),
});
export type TableGroupSpec = z.infer<typeof tableGroupSpec>;

export const tableGroupStatus = z.object({
  ...baseStatus,
  shards: z.int32().optional(),
  readyShards: z.int32().optional(),
  totalPods: z.int32().optional(),
  readyPods: z.int32().optional(),
  updatedPods: z.int32().optional(),
  servingWrites: conditionStatus.optional(),
});
export type TableGroupStatus = z.infer<typeof tableGroupStatus>;

export const shardSpec = z.object({
  ...shardContext,
  shard: z.int32().min(0).describe("Index of this shard within its table group."),
  pools: z.array(resolvedPool),
});
export type ShardSpec = z.infer<typeof shardSpec>;

export const shardStatus = z.object({
  ...baseStatus,
  primaryCell: z.string().optional(),
  totalPods: z.int32().optional(),
  readyPods: z.int32().optional(),
  updatedPods: z.int32().optional(),
  servingWrites: conditionStatus.optional(),
  pools: z
    .array(
      z.object({
        type: poolType,
        cell: z.string(),
        statefulSetName: z.string(),
        totalPods: z.int32(),
        readyPods: z.int32(),
        updatedPods: z.int32(),
      }),
    )
    .optional(),
});
export type ShardStatus = z.infer<typeof shardStatus>;
