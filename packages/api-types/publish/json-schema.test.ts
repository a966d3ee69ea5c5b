import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { customResources } from "../src/index.ts";
import { jsonSchemas } from "./json-schema.ts";

const example = readFileSync(join(import.meta.dirname, "../../../deploy/examples/example.yaml"), "utf8");
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, code: { optimize: false } });
for (const [file, schema] of jsonSchemas()) ajv.addSchema(schema, file);

/** What an editor underlines: the path and the complaint. */
function complaints(file: string, manifest: unknown): string[] {
  const validate = ajv.getSchema(file);
  if (validate === undefined) throw new Error(`there is no ${file}`);
  if (validate(manifest) === true) return [];
  const found = (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== "if")
    .map(({ instancePath, message = "", params }) =>
      [instancePath || "/", message, String(params["additionalProperty"] ?? "")].join(" ").trim(),
    );
  return [...new Set(found)];
}

const cluster = (spec: object) => ({
  apiVersion: "multigres.com/v1alpha1",
  kind: "MultigresCluster",
  metadata: { name: "a" },
  spec: { cells: [{ name: "z1" }], ...spec },
});

describe("JSON Schemas for editors", () => {
  test("there is one for every kind, and one for files that hold several", () => {
    expect([...jsonSchemas().keys()].sort()).toEqual(
      [...customResources.map(({ kind }) => `${kind.toLowerCase()}_v1alpha1.json`), "multigres.json"].sort(),
    );
  });

  test("the spec's example has no complaint", () => {
    const documents = parseAllDocuments(example).map((document) => document.toJS() as { kind: string });
    expect(documents.map(({ kind }) => kind)).toEqual(["MultigresCluster", "ShardTemplate"]);
    for (const document of documents) {
      expect(complaints("multigres.json", document)).toEqual([]);
      expect(complaints(`${document.kind.toLowerCase()}_v1alpha1.json`, document)).toEqual([]);
    }
  });

  test.each([
    ["a misspelled field", cluster({ multigatway: {} }), ["/spec must NOT have additional properties multigatway"]],
    [
      "a misspelled field deep inside",
      cluster({ cells: [{ name: "z1", spec: { multiGateway: { static: { replica: 2 } } } }] }),
      ["/spec/cells/0/spec/multiGateway/static must NOT have additional properties replica"],
    ],
    ["a wrong type", cluster({ multiadmin: { replicas: "1" } }), ["/spec/multiadmin/replicas must be integer"]],
    [
      "a word that isn't one of the known",
      cluster({ databases: [{ name: "db", spec: { pools: [{ type: "primary", cell: "z1" }] } }] }),
      ["/spec/databases/0/spec/pools/0/type must be equal to one of the allowed values"],
    ],
    ["no cells", cluster({ cells: undefined }), ["/spec must have required property 'cells'"]],
    ["another kind", { ...cluster({}), kind: "Cell" }, ["/kind must be equal to one of the allowed values"]],
    ["no kind", { ...cluster({}), kind: undefined }, ["/ must have required property 'kind'"]],
  ])("%s is underlined where it stands, and nothing else", (_, manifest, expected) => {
    expect(complaints("multigres.json", JSON.parse(JSON.stringify(manifest)))).toEqual(expected);
  });

  test.each(["500m", "1Gi", "2", "0.5", 2])("%s is a quantity", (cpu) => {
    expect(complaints("multigres.json", cluster({ multiadmin: { resources: { requests: { cpu } } } }))).toEqual([]);
  });

  test.each(["1 Gi", "two", -1])("%s is none", (cpu) => {
    expect(complaints("multigres.json", cluster({ multiadmin: { resources: { requests: { cpu } } } }))).not.toEqual([]);
  });

  test("fields say in an editor what `kubectl explain` says of them, and nothing that only the API server reads", () => {
    const cluster = JSON.stringify(jsonSchemas().get("multigrescluster_v1alpha1.json"));
    expect(cluster).toContain("What the cluster should be.");
    expect(cluster).toContain("Number of PostgreSQL instances. Unset: 3.");
    expect(JSON.stringify([...jsonSchemas().values()])).not.toContain("x-kubernetes-");
  });
});
