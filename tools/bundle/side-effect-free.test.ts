import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { declareSideEffectFree } from "./side-effect-free.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bundle-"));
  await mkdir(join(root, "node_modules/@scope/pkg/dist"), { recursive: true });
  await writeFile(
    join(root, "node_modules/@scope/pkg/package.json"),
    '{ "name": "@scope/pkg", "main": "dist/index.js" }',
  );
  // As many packages have it, to say which module system their files use.
  await writeFile(join(root, "node_modules/@scope/pkg/dist/package.json"), '{ "type": "commonjs" }');
  await writeFile(join(root, "node_modules/@scope/pkg/dist/index.js"), "");
});
afterEach(() => rm(root, { recursive: true }));

const packageJson = () => readFile(join(root, "node_modules/@scope/pkg/package.json"), "utf8");

test("the flag is added to the package's own package.json, once, and the rest stays", async () => {
  declareSideEffectFree("@scope/pkg", join(root, "importer.js"));
  const first = await packageJson();
  expect(JSON.parse(first)).toEqual({ name: "@scope/pkg", main: "dist/index.js", sideEffects: false });
  declareSideEffectFree("@scope/pkg", join(root, "importer.js"));
  expect(await packageJson()).toBe(first);
});

test("a package that isn't installed is an error", () => {
  expect(() => declareSideEffectFree("@scope/absent", join(root, "importer.js"))).toThrow("@scope/absent");
});
