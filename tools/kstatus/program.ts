import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withLock } from "../control-plane/build-lock.ts";
import { ControlPlaneError } from "../control-plane/errors.ts";
import { type GoNeed, requireGo } from "../control-plane/go-toolchain.ts";
import { cacheFolder } from "../control-plane/program-folder.ts";
import { withProgress } from "../control-plane/progress.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const source = import.meta.dirname;

const need: GoNeed = {
  purpose: "kstatus (tools/kstatus)",
  alternative: "put a program kstatus, built elsewhere, into the folder that MULTIGRES_CONTROL_PLANE_BIN names",
};

/**
 * Path of the program kstatus: the one in MULTIGRES_CONTROL_PLANE_BIN if there is one, else that of the user's cache, where it is built from
 * main.go when it isn't there. Safe to call from several processes at once. Throws MissingPrerequisiteError or ControlPlaneError.
 */
export async function ensureKstatus(
  env: Environment = process.env,
  log: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<string> {
  const given = env["MULTIGRES_CONTROL_PLANE_BIN"];
  if (given && isProgram(join(given, "kstatus"))) return join(given, "kstatus");
  const folder = cacheFolder(env, "kstatus");
  const program = join(folder, await version(), "kstatus");
  if (isProgram(program)) return program;
  await requireGo(env, need);
  await withLock(
    `${program}.lock`,
    (pid) => log(`waiting for process ${pid}, which builds kstatus`),
    async () => {
      if (!isProgram(program))
        await withProgress("building kstatus from Go modules, once", log, () => build(program, env));
    },
  );
  return program;
}

async function build(program: string, env: Environment): Promise<void> {
  const partial = `${program}.partial`;
  await mkdir(join(program, ".."), { recursive: true });
  await rm(partial, { force: true });
  // A go.work or GOFLAGS of the user would change what is built.
  const settings = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "", GOTOOLCHAIN: "local", GO111MODULE: "on" };
  const args = ["build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", "-o", partial, "."];
  try {
    await promisify(execFile)("go", args, { cwd: source, env: { ...env, ...settings } });
  } catch (cause) {
    throw new ControlPlaneError(`kstatus can't be built: ${(cause as Error).message}`, { cause });
  }
  // It appears complete or not at all.
  await rename(partial, program);
}

/** Changes with whatever it is built from. */
async function version(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) hash.update(await readFile(join(source, file)));
  return hash.digest("hex").slice(0, 16);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
