import { z } from "zod";
import { bounds } from "./bounds.ts";
import { atomicList, atomicObject, listMap, mapOf, text, textOrEmpty } from "./markers.ts";
import { objectName } from "./names.ts";

// Kubernetes' own shapes: typed, undescribed. With upstream's descriptions the CRD would not fit client-side apply.

const labelKey = text(317);
const labelValue = textOrEmpty(63);
const labelValues = atomicList(labelValue, bounds.entries);
const labelKeys = atomicList(labelKey, bounds.entries);
const operator = text(32);

const requirement = z.object({ key: labelKey, operator, values: labelValues.optional() });

const labelSelector = atomicObject(
  z.object({
    matchLabels: mapOf(labelValue, bounds.entries).optional(),
    matchExpressions: atomicList(requirement, bounds.entries).optional(),
  }),
);

const nodeSelectorTerm = atomicObject(
  z.object({
    matchExpressions: atomicList(requirement, bounds.entries).optional(),
    matchFields: atomicList(requirement, bounds.entries).optional(),
  }),
);

const podAffinityTerm = z.object({
  labelSelector: labelSelector.optional(),
  topologyKey: labelKey,
  namespaces: atomicList(text(63), bounds.entries).optional(),
  namespaceSelector: labelSelector.optional(),
  matchLabelKeys: labelKeys.optional(),
  mismatchLabelKeys: labelKeys.optional(),
});

const podAffinity = z.object({
  requiredDuringSchedulingIgnoredDuringExecution: atomicList(podAffinityTerm, bounds.entries).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: atomicList(
    z.object({ weight: z.int32(), podAffinityTerm }),
    bounds.entries,
  ).optional(),
});

const affinity = z.object({
  nodeAffinity: z
    .object({
      requiredDuringSchedulingIgnoredDuringExecution: atomicObject(
        z.object({ nodeSelectorTerms: atomicList(nodeSelectorTerm, bounds.entries) }),
      ).optional(),
      preferredDuringSchedulingIgnoredDuringExecution: atomicList(
        z.object({ weight: z.int32(), preference: nodeSelectorTerm }),
        bounds.entries,
      ).optional(),
    })
    .optional(),
  podAffinity: podAffinity.optional(),
  podAntiAffinity: podAffinity.optional(),
});
export type Affinity = z.infer<typeof affinity>;

const toleration = z.object({
  key: labelKey.optional(),
  operator: operator.optional(),
  value: labelValue.optional(),
  effect: text(32).optional(),
  tolerationSeconds: z.int().optional(),
});
export type Toleration = z.infer<typeof toleration>;

const topologySpreadConstraint = z.object({
  maxSkew: z.int32(),
  topologyKey: labelKey,
  whenUnsatisfiable: text(32),
  labelSelector: labelSelector.optional(),
  minDomains: z.int32().optional(),
  nodeAffinityPolicy: text(32).optional(),
  nodeTaintsPolicy: text(32).optional(),
  matchLabelKeys: labelKeys.optional(),
});
export type TopologySpreadConstraint = z.infer<typeof topologySpreadConstraint>;

/** Where the pods of a component run and what metadata they carry: one shape on every component. */
export const placementShape = {
  affinity: affinity.describe("Kubernetes' affinity of the pods.").optional(),
  tolerations: atomicList(toleration, bounds.entries).describe("Kubernetes' tolerations of the pods.").optional(),
  nodeSelector: mapOf(labelValue, bounds.entries)
    .describe("Labels of the nodes that the pods may run on, besides the cell's zone or region.")
    .optional(),
  topologySpreadConstraints: listMap(topologySpreadConstraint, ["topologyKey", "whenUnsatisfiable"], bounds.entries)
    .describe("Kubernetes' topology spread constraints of the pods.")
    .optional(),
  priorityClassName: objectName.describe("PriorityClass of the pods.").optional(),
  podLabels: mapOf(labelValue, bounds.entries).describe("Additional labels of the pods.").optional(),
  podAnnotations: mapOf(textOrEmpty(8192), bounds.entries).describe("Additional annotations of the pods.").optional(),
};
export const placement = z.object(placementShape);
export type Placement = z.infer<typeof placement>;
