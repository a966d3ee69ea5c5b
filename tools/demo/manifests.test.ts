import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DemoError, ManifestError } from "./errors.ts";
import { applyManifests, exampleFile, readManifests } from "./manifests.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "demo-manifests-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const cluster = (namespace: string) => `kind: MultigresCluster\nmetadata: {name: demo, namespace: ${namespace}}\n`;

describe("reading manifests", () => {
  it("finds the namespaces that they name, in every document of every file and in lists", () => {
    const files = [
      file("several.yaml", `---\n${cluster("b")}---\nkind: ShardTemplate\nmetadata: {name: t, namespace: a}\n---\n`),
      file(
        "list.json",
        JSON.stringify({ kind: "List", items: [{ kind: "MultigresCluster", metadata: { namespace: "c" } }] }),
      ),
      file("none.yaml", "kind: MultigresCluster\nmetadata: {name: demo}\n"),
    ];
    expect(readManifests(files)).toEqual({ files, namespaces: ["a", "b", "c"] });
    expect(readManifests([exampleFile]).namespaces).toEqual(["example"]);
  });

  it.each([
    [
      "no cluster",
      () => file("template.yaml", "kind: ShardTemplate\n"),
      /there is no MultigresCluster in .*template\.yaml/,
    ],
    ["no file", () => join(folder, "nowhere.yaml"), /nowhere\.yaml can't be read: ENOENT/],
    ["no YAML", () => file("broken.yaml", "a: [1"), /broken\.yaml can't be read/],
  ])("refuses what holds %s", (_, path, message) => {
    expect(() => readManifests([path()])).toThrow(ManifestError);
    expect(() => readManifests([path()])).toThrow(message);
  });
});

describe("applying manifests", () => {
  const manifests = { files: ["a.yaml", "b.yaml"], namespaces: ["x"] };
  const fine = { code: 0, stdout: "", stderr: "" };

  it("makes namespaces first, applies all files at once, and takes the clusters from the answer", async () => {
    const calls: string[] = [];
    const clusters = await applyManifests(async (args) => {
      calls.push(args.join(" "));
      if (args[0] === "create") return { ...fine, code: 1, stderr: "Error from server (AlreadyExists): x" };
      const applied = {
        kind: "List",
        items: [{ kind: "MultigresCluster", metadata: { name: "d", namespace: "own" } }],
      };
      return { ...fine, stdout: JSON.stringify(applied) };
    }, manifests);
    expect(calls).toEqual(["create namespace x", "apply --server-side -o json -f a.yaml -f b.yaml"]);
    expect([...clusters]).toEqual(["own/d"]);
  });

  it("passes on what the server says", async () => {
    const refusing = async (args: readonly string[]) =>
      args[0] === "apply" ? { ...fine, code: 1, stderr: "spec.cells: too few\n" } : fine;
    await expect(applyManifests(refusing, manifests)).rejects.toThrow(
      new ManifestError("the API server refuses the manifests:\nspec.cells: too few"),
    );
    await expect(applyManifests(async () => ({ ...fine, code: 1, stderr: "forbidden" }), manifests)).rejects.toThrow(
      new DemoError("forbidden"),
    );
  });
});
