import { z } from "zod";
import { bounds } from "./bounds.ts";
import { atomicList, atomicObject, listMap, mapOf, text, textOrEmpty, withRules } from "./markers.ts";
import { objectName } from "./names.ts";

/** Quantity as Kubernetes writes it: `500m`, `1Gi`, `2`, or a plain integer. Never negative. */
export const quantity = z.union([z.string(), z.number()]).meta({
  "x-kubernetes-int-or-string": true,
  pattern: "^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
  maxLength: 32,
  minimum: 0,
});
export type Quantity = z.infer<typeof quantity>;

const resourceList = mapOf(quantity, 16);
export type ResourceList = z.infer<typeof resourceList>;

export const resourceRequirements = z.object({
  requests: resourceList.describe("What the scheduler reserves, for example cpu: 500m, memory: 1Gi.").optional(),
  limits: resourceList.describe("What the container may use at most.").optional(),
  claims: listMap(z.object({ name: text(63), request: text(63).optional() }), ["name"], bounds.entries).optional(),
});
export type ResourceRequirements = z.infer<typeof resourceRequirements>;

export const volumeClaimTemplate = withRules(
  z.object({
    accessModes: atomicList(
      z.enum(["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany", "ReadOnlyMany"]),
      4,
    ).optional(),
    resources: z
      .object({
        requests: resourceList.describe("storage: the volume's size. Can grow, never shrink. Unset: 10Gi.").optional(),
        limits: resourceList.optional(),
      })
      .optional(),
    storageClassName: objectName.describe("Unset: the default StorageClass.").optional(),
    volumeAttributesClassName: objectName.optional(),
  }),
  {
    rule: "!has(self.resources) || !has(self.resources.requests) || !('storage' in self.resources.requests) || quantity(string(self.resources.requests['storage'])).isGreaterThan(quantity('0'))",
    message: "resources.requests.storage must be more than 0: set the size of the volume, for example 10Gi.",
  },
);
export type VolumeClaimTemplate = z.infer<typeof volumeClaimTemplate>;

export const localObjectReference = atomicObject(z.object({ name: objectName }));
export type LocalObjectReference = z.infer<typeof localObjectReference>;

export const secretKeyReference = atomicObject(
  z.object({
    name: objectName.describe("Name of a Secret of this namespace."),
    key: text(253)
      .regex(/^[-._a-zA-Z0-9]+$/)
      .describe("Key within the Secret."),
  }),
);
export type SecretKeyReference = z.infer<typeof secretKeyReference>;

export const image = text(512).regex(/^\S+$/);

export const imagePull = {
  imagePullPolicy: z
    .enum(["Always", "IfNotPresent", "Never"])
    .describe("When nodes pull images. Unset: Kubernetes' default for the image's tag.")
    .optional(),
  imagePullSecrets: listMap(z.object({ name: objectName }), ["name"], bounds.entries)
    .describe("Secrets of this namespace with credentials of the image registry; every pod gets them.")
    .optional(),
};

export const conditionStatus = z.enum(["True", "False", "Unknown"]);
export type ConditionStatus = z.infer<typeof conditionStatus>;

/** metav1.Condition with only type and status required: the spec's printed status has no more. We write all of it. */
export const condition = z.object({
  type: text(316),
  status: conditionStatus,
  reason: textOrEmpty(1024).optional(),
  message: textOrEmpty(32768).optional(),
  observedGeneration: z.int().min(0).optional(),
  lastTransitionTime: z.string().meta({ format: "date-time" }).optional(),
});
export type Condition = z.infer<typeof condition>;

/** `status.observedGeneration` of an object that no controller has written a status to; the CustomResourceDefinitions' default. */
export const neverObserved = -1;

export const baseStatus = {
  observedGeneration: z
    .int()
    .min(neverObserved)
    .describe("The metadata.generation that this status is about; -1: no controller has seen the object yet.")
    .optional(),
  conditions: listMap(condition, ["type"], bounds.conditions)
    .describe(
      "Available: it serves. Progressing: something still differs from the spec. Ready: available and not progressing. Stalled: a person must act.",
    )
    .optional(),
};

/**
 * Volumes that couldn't grow, in every status on the way up: where the size is set -> the size that the volumes have.
 * The cluster's one is what the policy in policies/storage-growth.ts reads.
 */
export const storageGrowthFailures = mapOf(quantity, 4096);

const retentionPolicy = z.enum(["Retain", "Delete"]);
export const persistentVolumeClaimRetentionPolicy = z.object({
  whenDeleted: retentionPolicy
    .describe("Volumes of a pool, database, cell or cluster that was removed. Unset: Retain.")
    .optional(),
  whenScaled: retentionPolicy.describe("Volumes of replicas that were scaled away. Unset: Retain.").optional(),
});
export type PersistentVolumeClaimRetentionPolicy = z.infer<typeof persistentVolumeClaimRetentionPolicy>;

export const durabilityPolicy = z.enum(["AT_LEAST_2", "MULTI_CELL_AT_LEAST_2"]);
export type DurabilityPolicy = z.infer<typeof durabilityPolicy>;
