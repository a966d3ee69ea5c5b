import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkPrerequisites, ensureBinaries } from "./binaries.ts";
import { cacheFolder } from "./program-folder.ts";
import { programs } from "./versions.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "binaries-"));
  for (const program of programs) await writeFile(join(folder, program), "", { mode: 0o755 });
});
afterEach(() => rm(folder, { recursive: true }));

test("a complete MULTIGRES_CONTROL_PLANE_BIN is used as it is", async () => {
  expect(await ensureBinaries({ env: { MULTIGRES_CONTROL_PLANE_BIN: folder } })).toBe(folder);
});

test("what MULTIGRES_CONTROL_PLANE_BIN lacks, or can't be executed, is listed in one sentence", async () => {
  await rm(join(folder, "kwok"));
  await chmod(join(folder, "etcd"), 0o644);
  await expect(ensureBinaries({ env: { MULTIGRES_CONTROL_PLANE_BIN: folder } })).rejects.toThrow(
    `MULTIGRES_CONTROL_PLANE_BIN is ${folder}, where these programs are missing or not executable: etcd, kwok.`,
  );
});

test("without Go on the PATH nothing is built and the sentence says what to install", async () => {
  await expect(ensureBinaries({ env: { XDG_CACHE_HOME: folder, PATH: folder }, log: () => {} })).rejects.toMatchObject({
    name: "MissingPrerequisiteError",
    message: expect.stringMatching(/^Go 1\.26 or newer is needed/),
  });
});

test("prerequisites hold with a complete folder, and without Go they are told before anything long starts", async () => {
  await expect(checkPrerequisites({ MULTIGRES_CONTROL_PLANE_BIN: folder })).resolves.toBeUndefined();
  await expect(checkPrerequisites({ XDG_CACHE_HOME: folder, PATH: folder })).rejects.toThrow(
    /^Go 1\.26 or newer is needed/,
  );
});

test.each([
  [{ XDG_CACHE_HOME: "/x", HOME: "/h" }, "/x/multigres-operator/control-plane"],
  [{ HOME: "/h" }, "/h/.cache/multigres-operator/control-plane"],
  [{ XDG_CACHE_HOME: "", HOME: "/h" }, "/h/.cache/multigres-operator/control-plane"],
])("with %j the cache is %s", (env, expected) => {
  expect(cacheFolder(env)).toBe(expected);
});
