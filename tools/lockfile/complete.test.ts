import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { completeLock, type Lock, missingOptional } from "./complete.ts";

const lock: Lock = {
  lockfileVersion: 3,
  packages: {
    "": { version: "1.0.0" },
    "node_modules/tool": {
      version: "2.0.0",
      dev: true,
      optionalDependencies: {
        "@tool/cli-linux-x64": "2.0.0",
        "@tool/cli-linux-x64-musl": "2.0.0",
        "@tool/cli-darwin-arm64": "2.0.0",
      },
    },
    "node_modules/@tool/cli-linux-x64": { version: "2.0.0", optional: true },
    "node_modules/other/node_modules/tool": {
      version: "1.0.0",
      optionalDependencies: { "@tool/nested-linux-x64": "1.0.0" },
    },
    "node_modules/other/node_modules/@tool/nested-linux-x64": { version: "1.0.0", optional: true },
  },
};

test("the programs of other platforms get an entry with their platform, and nothing else changes", () => {
  const complete = completeLock(lock);
  expect(complete.packages).toMatchObject(lock.packages);
  expect(Object.keys(complete.packages)).toHaveLength(Object.keys(lock.packages).length + 2);
  expect(complete.packages["node_modules/@tool/cli-darwin-arm64"]).toEqual({
    version: "2.0.0",
    cpu: ["arm64"],
    dev: true,
    optional: true,
    os: ["darwin"],
  });
  expect(complete.packages["node_modules/@tool/cli-linux-x64-musl"]).toMatchObject({ os: ["linux"], libc: ["musl"] });
  expect(missingOptional(complete)).toEqual([]);
});

test("a name that tells no platform is an error, since its package would be fetched everywhere", () => {
  const packages = { "node_modules/tool": { version: "2.0.0", optionalDependencies: { "@tool/native": "2.0.0" } } };
  expect(() => completeLock({ packages })).toThrow("can't tell from @tool/native@2.0.0 for which platform it is");
});

test("package-lock.json is complete, else `npm ci` refuses it: run `npm run lock`", () => {
  const repository = JSON.parse(readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8")) as Lock;
  expect(missingOptional(repository)).toEqual([]);
});
