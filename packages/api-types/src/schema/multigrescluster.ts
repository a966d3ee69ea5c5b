import { z } from "zod";
import {
  baseStatus,
  conditionStatus,
  durabilityPolicy,
  persistentVolumeClaimRetentionPolicy,
  secretKeyReference,
} from "./common.ts";
import {
  backupRepository,
  clusterImages,
  component,
  multiGateway,
  topologyReconciliation,
  topoServerConfig,
} from "./components.ts";
import { pool } from "./pool.ts";

export const cellDefinition = z.object({
  name: z.string(),
  spec: z
    .object({
      zone: z.string().optional(),
      region: z.string().optional(),
      multiGateway: multiGateway.optional(),
      topoServer: topoServerConfig.optional(),
      topologyReconciliation: topologyReconciliation.optional(),
    })
    .optional(),
});
export type CellDefinition = z.infer<typeof cellDefinition>;

export const databaseDefinition = z.object({
  name: z.string(),
  spec: z.object({
    shardTemplateRef: z.string().optional(),
    overrides: z.array(pool).optional(),
    pools: z.array(pool).optional(),
    durabilityPolicy: durabilityPolicy.optional(),
  }),
});
export type DatabaseDefinition = z.infer<typeof databaseDefinition>;

export const multigresClusterSpec = z.object({
  images: clusterImages.optional(),
  globalTopoServer: topoServerConfig.optional(),
  multiadmin: component.optional(),
  multiorch: component.optional(),
  cells: z.array(cellDefinition),
  databases: z.array(databaseDefinition).optional(),
  durabilityPolicy: durabilityPolicy.optional(),
  postgresPasswordSecretRef: secretKeyReference.optional(),
  backupRepository: backupRepository.optional(),
  persistentVolumeClaimRetentionPolicy: persistentVolumeClaimRetentionPolicy.optional(),
});
export type MultigresClusterSpec = z.infer<typeof multigresClusterSpec>;

export const multigresClusterStatus = z.object({
  ...baseStatus,
  globalTopoServer: z.object({ etcd: z.object({ available: conditionStatus }) }).optional(),
  cells: z
    .record(z.string(), z.object({ gatewayAvailable: conditionStatus, topoServerAvailable: conditionStatus }))
    .optional(),
  databases: z
    .record(
      z.string(),
      z.object({ desiredInstances: z.int32(), readyInstances: z.int32(), servingWrites: conditionStatus }),
    )
    .optional(),
  multiadmin: z.object({ available: conditionStatus, serviceName: z.string() }).optional(),
  multiorch: z
    .object({ available: conditionStatus, serviceName: z.string(), cell: z.string().optional() })
    .optional(),
});
export type MultigresClusterStatus = z.infer<typeof multigresClusterStatus>;
