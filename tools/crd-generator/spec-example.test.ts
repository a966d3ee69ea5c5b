import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFile(join(root, path), "utf8");

/** The YAML that the spec prints for `kind`. */
async function printed(kind: string): Promise<string> {
  const blocks = (await read("docs/spec/api-v1alpha1.md")).matchAll(/```yaml\n(.*?)```/gs);
  const found = [...blocks].map(([, text = ""]) => text).filter((text) => text.includes(`\nkind: ${kind}\n`));
  expect(found).toHaveLength(1);
  return found[0] ?? "";
}

test("deploy/examples/example.yaml is the spec's MultigresCluster and ShardTemplate to the letter", async () => {
  const [cluster = ""] = (await printed("MultigresCluster")).split("# --- Status ---");
  const [template = ""] = (await printed("ShardTemplate")).split("# status:");
  expect(await read("deploy/examples/example.yaml")).toBe(`${cluster.trimEnd()}\n---\n${template.trimEnd()}\n`);
});

test("e2e/fixtures/example-status.yaml is the status that the spec prints", async () => {
  const [, status] = (await printed("MultigresCluster")).split("# --- Status ---\n");
  expect(await read("e2e/fixtures/example-status.yaml")).toBe(status);
});
