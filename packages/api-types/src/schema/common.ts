import { z } from "zod";

/** Quantity as Kubernetes writes it: `500m`, `1Gi`, `2`, or a plain integer. */
export const quantity = z
  .union([z.string(), z.number()])
  .meta({ "x-kubernetes-int-or-string": true })
  .describe("A Kubernetes quantity, for example 500m, 1Gi or 2.");
export type Quantity = z.infer<typeof quantity>;

export const resourceList = z.record(z.string(), quantity);
export type ResourceList = z.infer<typeof resourceList>;

export const resourceRequirements = z
  .object({
    requests: resourceList.describe("What the scheduler reserves.").optional(),
    limits: resourceList.describe("What the container may use at most.").optional(),
    claims: z.array(z.object({ name: z.string(), request: z.string().optional() })).optional(),
  })
  .describe("Compute resources of one container.");
export type ResourceRequirements = z.infer<typeof resourceRequirements>;

export const volumeClaimTemplate = z
  .object({
    accessModes: z.array(z.enum(["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany", "ReadOnlyMany"])).optional(),
    resources: z.object({ requests: resourceList.optional(), limits: resourceList.optional() }).optional(),
    storageClassName: z.string().describe("Unset: the cluster's default StorageClass.").optional(),
    volumeAttributesClassName: z.string().optional(),
  })
  .describe("Shape of the PersistentVolumeClaims that are made for this component.");
export type VolumeClaimTemplate = z.infer<typeof volumeClaimTemplate>;

export const localObjectReference = z.object({ name: z.string() });
export type LocalObjectReference = z.infer<typeof localObjectReference>;

export const secretKeyReference = z.object({ name: z.string(), key: z.string() });
export type SecretKeyReference = z.infer<typeof secretKeyReference>;

export const imagePull = {
  imagePullPolicy: z.enum(["Always", "IfNotPresent", "Never"]).optional(),
  imagePullSecrets: z.array(localObjectReference).optional(),
};

export const conditionStatus = z.enum(["True", "False", "Unknown"]);
export type ConditionStatus = z.infer<typeof conditionStatus>;

export const condition = z.object({
  type: z.string(),
  status: conditionStatus,
  reason: z.string().optional(),
  message: z.string().optional(),
  observedGeneration: z.int32().optional(),
  lastTransitionTime: z.string().optional(),
});
export type Condition = z.infer<typeof condition>;

export const baseStatus = {
  observedGeneration: z.int32().optional(),
  conditions: z.array(condition).optional(),
};

export const retentionPolicy = z.enum(["Retain", "Delete"]);
export const persistentVolumeClaimRetentionPolicy = z.object({
  whenDeleted: retentionPolicy.optional(),
  whenScaled: retentionPolicy.optional(),
});
export type PersistentVolumeClaimRetentionPolicy = z.infer<typeof persistentVolumeClaimRetentionPolicy>;

export const durabilityPolicy = z.enum(["AT_LEAST_2", "MULTI_CELL_AT_LEAST_2"]);
export type DurabilityPolicy = z.infer<typeof durabilityPolicy>;
