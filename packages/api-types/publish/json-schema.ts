import { z } from "zod";
import { apiVersion, type CustomResource, customResources, version } from "../src/index.ts";

/** JSON Schema draft 7, the newest that editors' YAML support knows in full. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const draft = "http://json-schema.org/draft-07/schema#";

/** Kinds that people write; the operator writes the others. */
const written = ["MultigresCluster", "ShardTemplate"];

/** Every schema file of the package: name -> content. Named as kubeconform and the collections of CRD schemas name theirs. */
export function jsonSchemas(): ReadonlyMap<string, JsonSchema> {
  const fileOf = ({ kind }: CustomResource) => `${kind.toLowerCase()}_${version}.json`;
  const files = new Map<string, JsonSchema>(
    customResources.map((resource) => [fileOf(resource), manifestSchema(resource)]),
  );
  // A file often holds a cluster and its templates, and an editor takes one schema per file. The conditions, unlike `oneOf`, keep its complaints
  // to those about the kind at hand.
  files.set("multigres.json", {
    $schema: draft,
    type: "object",
    required: ["apiVersion", "kind"],
    properties: { apiVersion: { const: apiVersion }, kind: { enum: written } },
    allOf: customResources
      .filter(({ kind }) => written.includes(kind))
      .map((resource) => ({
        if: { required: ["kind"], properties: { kind: { const: resource.kind } } },
        // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's keyword
        then: { $ref: fileOf(resource) },
      })),
  });
  return files;
}

const nonEmpty = z.string().min(1);
/** Only what people write; the rest of Kubernetes' metadata may be there, too. */
const metadata = z.looseObject({
  name: nonEmpty.optional(),
  namespace: nonEmpty.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

function manifestSchema({ kind, description, spec, status }: CustomResource): JsonSchema {
  const manifest = z.strictObject({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(kind),
    metadata,
    spec,
    ...(status ? { status: status.optional() } : {}),
  });
  return z.toJSONSchema(manifest.describe(description), {
    target: "draft-7",
    io: "input",
    // Written out wherever they are used, Kubernetes' own shapes would make the cluster's schema five times as large.
    reused: "ref",
    override: ({ zodSchema, jsonSchema }) => {
      // Unlike the zod schemas, and like `kubectl apply`, an editor refuses unknown fields: they are typing errors.
      // What only refers to another schema leaves it to that.
      if (jsonSchema.properties !== undefined && zodSchema !== metadata) jsonSchema.additionalProperties = false;
      for (const keyword of Object.keys(jsonSchema)) {
        if (keyword.startsWith("x-kubernetes-")) delete jsonSchema[keyword];
      }
    },
  });
}
