import { z } from "zod";

// Kubernetes' own shapes: typed, undescribed. With upstream's descriptions the CRD would not fit client-side apply.

const labelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional(),
});

const nodeSelectorRequirement = z.object({
  key: z.string(),
  operator: z.string(),
  values: z.array(z.string()).optional(),
});

const nodeSelectorTerm = z.object({
  matchExpressions: z.array(nodeSelectorRequirement).optional(),
  matchFields: z.array(nodeSelectorRequirement).optional(),
});

const podAffinityTerm = z.object({
  labelSelector: labelSelector.optional(),
  topologyKey: z.string(),
  namespaces: z.array(z.string()).optional(),
  namespaceSelector: labelSelector.optional(),
  matchLabelKeys: z.array(z.string()).optional(),
  mismatchLabelKeys: z.array(z.string()).optional(),
});

const podAffinity = z.object({
  requiredDuringSchedulingIgnoredDuringExecution: z.array(podAffinityTerm).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: z
    .array(z.object({ weight: z.int32(), podAffinityTerm }))
    .optional(),
});

export const affinity = z.object({
  nodeAffinity: z
    .object({
      requiredDuringSchedulingIgnoredDuringExecution: z
        .object({ nodeSelectorTerms: z.array(nodeSelectorTerm) })
        .optional(),
      preferredDuringSchedulingIgnoredDuringExecution: z
        .array(z.object({ weight: z.int32(), preference: nodeSelectorTerm }))
        .optional(),
    })
    .optional(),
  podAffinity: podAffinity.optional(),
  podAntiAffinity: podAffinity.optional(),
});
export type Affinity = z.infer<typeof affinity>;

export const toleration = z.object({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
  tolerationSeconds: z.int().optional(),
});
export type Toleration = z.infer<typeof toleration>;

export const topologySpreadConstraint = z.object({
  maxSkew: z.int32(),
  topologyKey: z.string(),
  whenUnsatisfiable: z.string(),
  labelSelector: labelSelector.optional(),
  minDomains: z.int32().optional(),
  nodeAffinityPolicy: z.string().optional(),
  nodeTaintsPolicy: z.string().optional(),
  matchLabelKeys: z.array(z.string()).optional(),
});
export type TopologySpreadConstraint = z.infer<typeof topologySpreadConstraint>;

/** Where the pods of a component run and what metadata they carry: one shape on every component. */
export const placementShape = {
  affinity: affinity.optional(),
  tolerations: z.array(toleration).optional(),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  topologySpreadConstraints: z.array(topologySpreadConstraint).optional(),
  priorityClassName: z.string().optional(),
  podLabels: z.record(z.string(), z.string()).optional(),
  podAnnotations: z.record(z.string(), z.string()).optional(),
};
export const placement = z.object(placementShape);
export type Placement = z.infer<typeof placement>;
