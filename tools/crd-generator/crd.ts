import { apiVersion, type CustomResource, category, group, neverObserved, version } from "@multigres/api-types";
import type { z } from "zod";
import { type StructuralSchema, toStructural } from "./structural.ts";

/** apiextensions.k8s.io/v1 CustomResourceDefinition, as far as we write it. */
export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: Record<string, unknown>;
}

export function toCustomResourceDefinition(resource: CustomResource): CustomResourceDefinition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${resource.plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: {
        kind: resource.kind,
        listKind: `${resource.kind}List`,
        plural: resource.plural,
        singular: resource.kind.toLowerCase(),
        shortNames: [resource.shortName],
        categories: [category],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: resource.columns,
          ...(resource.status ? { subresources: { status: {} } } : {}),
          schema: { openAPIV3Schema: objectSchema(resource) },
        },
      ],
    },
  };
}

function objectSchema(resource: CustomResource): StructuralSchema {
  return {
    type: "object",
    description: resource.description,
    ...(resource.rules ? { "x-kubernetes-validations": resource.rules } : {}),
    required: ["spec"],
    properties: {
      apiVersion: { type: "string", description: apiVersion },
      kind: { type: "string", description: resource.kind },
      metadata: { type: "object" },
      spec: toStructural(resource.spec, `${resource.kind}.spec`),
      ...(resource.status ? { status: statusSchema(resource.status, `${resource.kind}.status`) } : {}),
    },
  };
}

/**
 * Without a status, kstatus and what is built on it (Flux, Helm, kpt) take an object for finished: a new one would be, until its controller has
 * seen it. A default on a status, unlike one on a spec, changes nothing that people write.
 */
function statusSchema(status: z.ZodType, path: string): StructuralSchema {
  return { ...toStructural(status, path), default: { observedGeneration: neverObserved } };
}
