import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureKstatus } from "./program.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "multigres-kstatus-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const silent = () => {};

test("a kstatus beside the control plane's programs is taken as it is", async () => {
  await writeFile(join(folder, "kstatus"), "#!/bin/sh\n", { mode: 0o755 });
  const env = { MULTIGRES_CONTROL_PLANE_BIN: folder, HOME: folder, PATH: "" };
  expect(await ensureKstatus(env, silent)).toBe(join(folder, "kstatus"));
});

test("without Go and without the program, one sentence says what can be done", async () => {
  const env = { MULTIGRES_CONTROL_PLANE_BIN: folder, HOME: folder, PATH: "" };
  await expect(ensureKstatus(env, silent)).rejects.toThrow(
    /^Go 1\.26 or newer is needed to build kstatus \(tools\/kstatus\): install it, or put a program kstatus, [^.]*\.$/,
  );
});

test("it is built once, into the user's cache, complete or not at all", async () => {
  const bin = join(folder, "bin");
  await mkdir(bin);
  // Plays Go: answers the version, writes what `-o` names, and leaves a trace of each build.
  const go = `#!/bin/sh
[ "$1" = env ] && echo go1.26.8 && exit
echo built >>"${folder}/builds"
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n' >"$2" && chmod 755 "$2"
`;
  await writeFile(join(bin, "go"), go, { mode: 0o755 });
  const env = { XDG_CACHE_HOME: join(folder, "cache"), PATH: `${bin}:/bin:/usr/bin` };
  const [one, other] = await Promise.all([ensureKstatus(env, silent), ensureKstatus(env, silent)]);
  expect(one).toBe(other);
  expect(one.startsWith(join(folder, "cache/multigres-operator/kstatus/"))).toBe(true);
  expect(await readdir(join(one, ".."))).toEqual(["kstatus"]);
  expect(await ensureKstatus({ ...env, PATH: "" }, silent)).toBe(one);
  expect(await readFile(join(folder, "builds"), "utf8")).toBe("built\n");
});
