import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { buildBinaries } from "./build.ts";
import { MissingPrerequisiteError } from "./errors.ts";
import { type Program, programs, versionKey } from "./versions.ts";

export interface EnsureBinariesOptions {
  /** Told about the steps of a build, with elapsed time; default standard error. */
  readonly log?: (line: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The programs of a folder that can't be run. */
export function missingPrograms(folder: string): Program[] {
  return programs.filter((program) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return false;
    } catch {
      return true;
    }
  });
}

/** Where built programs are kept: below the user's cache folder. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "multigres-operator", "control-plane");
}

/**
 * The folder with the control plane's programs: MULTIGRES_CONTROL_PLANE_BIN if set, else the user's cache, building them from their Go
 * modules when they aren't there. Safe to call from several processes at once. Throws MissingPrerequisiteError or ControlPlaneError.
 */
export async function ensureBinaries(options: EnsureBinariesOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const given = env["MULTIGRES_CONTROL_PLANE_BIN"];
  if (given) {
    const missing = missingPrograms(given);
    if (missing.length === 0) return given;
    throw new MissingPrerequisiteError(
      `MULTIGRES_CONTROL_PLANE_BIN is ${given}, where these programs are missing or not executable: ${missing.join(", ")}.`,
    );
  }
  const folder = join(cacheFolder(env), versionKey);
  if (missingPrograms(folder).length === 0) return folder;
  await buildBinaries({ folder, env, log: options.log ?? ((line) => process.stderr.write(`${line}\n`)) });
  return folder;
}
