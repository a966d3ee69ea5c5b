import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { bounds, customResources } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { toCustomResourceDefinition } from "./crd.ts";
import { generatedManifests } from "./manifests.ts";
import type { StructuralSchema } from "./structural.ts";

const deploy = join(import.meta.dirname, "../../deploy");
const files = generatedManifests();

describe("generated manifests", () => {
  test.each([...files])("deploy/%s is what `npm run generate` writes", async (path, content) => {
    expect(await readFile(join(deploy, path), "utf8")).toBe(content);
  });

  test("deploy/crds holds no file that isn't generated", async () => {
    const found = await readdir(join(deploy, "crds"), { recursive: true, withFileTypes: true });
    const paths = found
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(deploy.length + 1));
    expect(paths.sort()).toEqual([...files.keys()].filter((path) => path.startsWith("crds/")).sort());
  });

  test("the kustomization lists every manifest beside it", () => {
    const { resources } = parse(files.get("crds/kustomization.yaml") ?? "") as { resources: string[] };
    expect(resources.map((resource) => `crds/${resource}`).sort()).toEqual(
      [...files.keys()].filter((path) => path.startsWith("crds/") && !path.endsWith("kustomization.yaml")).sort(),
    );
  });

  test("generating again gives the same text", () => {
    expect([...generatedManifests()]).toEqual([...files]);
  });

  test("every policy has a binding that denies", () => {
    for (const [path, content] of files) {
      if (!/polic(ies\/.*|y)\.yaml$/.test(path)) continue;
      const [policy, binding] = parseAllDocuments(content).map((document) => document.toJS());
      expect(policy).toMatchObject({ kind: "ValidatingAdmissionPolicy", spec: { failurePolicy: "Fail" } });
      expect(binding).toMatchObject({ spec: { policyName: policy.metadata.name, validationActions: ["Deny"] } });
    }
  });
});

describe("custom resource definitions", () => {
  const schemas = customResources.map((resource) => ({
    resource,
    schema: (
      toCustomResourceDefinition(resource).spec["versions"] as { schema: { openAPIV3Schema: StructuralSchema } }[]
    )[0]!.schema.openAPIV3Schema,
  }));

  test.each(schemas)(
    "$resource.kind isn't taken for finished before its controller has seen it",
    ({ resource, schema }) => {
      const status = resource.status && { observedGeneration: -1 };
      expect(schema.properties?.["status"]?.["default"]).toEqual(status);
    },
  );

  test.each(schemas)("$resource.kind describes its own fields for kubectl explain", ({ schema }) => {
    const undescribed = ["spec", "status"]
      .flatMap((part) =>
        Object.entries(schema.properties?.[part]?.properties ?? {}).map(([name, node]) => ({
          name: `${part}.${name}`,
          node,
        })),
      )
      .filter(({ node }) => !node.description)
      .map(({ name }) => name);
    expect(undescribed).toEqual([]);
    expect(schema.description).toBeTruthy();
  });

  test("no two kinds share a short name", () => {
    const names = customResources.map((resource) => resource.shortName);
    expect(new Set(names).size).toBe(names.length);
  });

  test("the bounds that the cost budget allows reach the schema", () => {
    const spec = schemas[0]?.schema.properties?.["spec"]?.properties;
    expect(spec?.["cells"]).toMatchObject({
      maxItems: bounds.cells,
      minItems: 1,
      "x-kubernetes-list-map-keys": ["name"],
    });
    expect(spec?.["databases"]).toMatchObject({ maxItems: bounds.databases, "x-kubernetes-list-map-keys": ["name"] });
    expect(spec?.["databases"]?.items?.properties?.["spec"]?.properties?.["pools"]).toMatchObject({
      maxItems: bounds.pools,
      minItems: 1,
      "x-kubernetes-list-map-keys": ["type", "cell"],
    });
  });
});
