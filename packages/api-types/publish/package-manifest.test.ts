import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type PackageManifest, publishedManifest } from "./package-manifest.ts";

test("the published package leads to built files only, and may be published", () => {
  const workspace: PackageManifest = {
    name: "x",
    private: true,
    scripts: { build: "make" },
    dependencies: { zod: "^4.0.0" },
    devDependencies: { tool: "1.0.0" },
    exports: {
      ".": { "@multigres/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./data/*": "./dist/data/*",
      "./package.json": "./package.json",
    },
  };
  expect(publishedManifest(workspace)).toEqual({
    name: "x",
    dependencies: { zod: "^4.0.0" },
    exports: {
      ".": { types: "./index.d.ts", default: "./index.js" },
      "./data/*": "./data/*",
      "./package.json": "./package.json",
    },
  });
});

test("the workspace's own folder, whose exports lead to the sources, can't be published", () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as PackageManifest;
  expect(manifest["private"]).toBe(true);
});
