import { z } from "zod";
import { imagePull, localObjectReference, resourceRequirements, volumeClaimTemplate } from "./common.ts";
import { placementShape } from "./placement.ts";

/** multiadmin and multiorch. */
export const component = z.object({
  replicas: z.int32().min(0).max(100).optional(),
  resources: resourceRequirements.optional(),
  ...placementShape,
});
export type Component = z.infer<typeof component>;

export const managedTopoServer = z.object({
  image: z.string().optional(),
  replicas: z.int32().min(1).max(9).optional(),
  resources: resourceRequirements.optional(),
  dataVolumeClaimTemplate: volumeClaimTemplate.optional(),
  ...placementShape,
});
export type ManagedTopoServer = z.infer<typeof managedTopoServer>;

export const externalTopoServer = z.object({
  address: z.string(),
  rootPath: z.string().optional(),
  tlsSecretRef: localObjectReference.optional(),
});
export type ExternalTopoServer = z.infer<typeof externalTopoServer>;

/** Where a topology lives: managed by us or external, never both. Empty on a cell: the global one. */
export const topoServerConfig = z.object({
  rootPath: z.string().optional(),
  managedSpec: managedTopoServer.optional(),
  external: externalTopoServer.optional(),
});
export type TopoServerConfig = z.infer<typeof topoServerConfig>;

export const gatewayService = z.object({
  type: z.enum(["ClusterIP", "NodePort", "LoadBalancer"]).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type GatewayService = z.infer<typeof gatewayService>;

export const multiGateway = z.object({
  static: z.object({ replicas: z.int32().min(0).max(100).optional(), resources: resourceRequirements.optional() }).optional(),
  dynamic: z
    .object({ replicasPerCell: z.int32().min(0).max(100).optional(), resourceMultiplier: z.number().optional() })
    .optional(),
  service: gatewayService.optional(),
  ...placementShape,
});
export type MultiGateway = z.infer<typeof multiGateway>;

export const topologyReconciliation = z.object({
  registerCell: z.boolean().optional(),
  pruneTablets: z.boolean().optional(),
});
export type TopologyReconciliation = z.infer<typeof topologyReconciliation>;

export const backupRepository = z.object({
  volumeClaimTemplate: volumeClaimTemplate.optional(),
  s3: z
    .object({
      bucket: z.string(),
      region: z.string().optional(),
      endpoint: z.string().optional(),
      keyPrefix: z.string().optional(),
      credentialsSecretRef: localObjectReference.optional(),
    })
    .optional(),
});
export type BackupRepository = z.infer<typeof backupRepository>;

export const clusterImages = z.object({
  ...imagePull,
  multigateway: z.string().optional(),
  multiorch: z.string().optional(),
  multipooler: z.string().optional(),
  multiadmin: z.string().optional(),
  postgres: z.string().optional(),
  pgctld: z.string().optional(),
});
export type ClusterImages = z.infer<typeof clusterImages>;

// What a parent writes into a child so that the child's controller needs nothing else.

/** The cluster that a child belongs to. */
export const clusterReference = z.object({ name: z.string(), uid: z.string() });
export type ClusterReference = z.infer<typeof clusterReference>;

/** A topology that components dial: `address` is a host:port list as Multigres' flags take it. */
export const topologyReference = z.object({
  rootPath: z.string(),
  address: z.string(),
  clientServiceName: z.string().describe("Set when the operator manages this topology server.").optional(),
  tlsSecretRef: localObjectReference.optional(),
});
export type TopologyReference = z.infer<typeof topologyReference>;

export const cellPlacement = z.object({ name: z.string(), zone: z.string().optional(), region: z.string().optional() });
export type CellPlacement = z.infer<typeof cellPlacement>;
