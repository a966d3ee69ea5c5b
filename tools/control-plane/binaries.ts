import { join } from "node:path";
import { buildBinaries } from "./build.ts";
import { MissingPrerequisiteError } from "./errors.ts";
import { requireGo } from "./go-toolchain.ts";
import { cacheFolder, missingPrograms } from "./program-folder.ts";
import { versionKey } from "./versions.ts";

export interface EnsureBinariesOptions {
  /** Told about the steps of a build, with elapsed time; default standard error. */
  readonly log?: (line: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The folder that has all programs, or the one to build them into. Throws MissingPrerequisiteError when the user's own folder is incomplete. */
function locate(env: Readonly<Record<string, string | undefined>>): {
  readonly folder: string;
  readonly complete: boolean;
} {
  const given = env["MULTIGRES_CONTROL_PLANE_BIN"];
  const folder = given || join(cacheFolder(env), versionKey);
  const missing = missingPrograms(folder);
  if (given && missing.length > 0) {
    throw new MissingPrerequisiteError(
      `MULTIGRES_CONTROL_PLANE_BIN is ${given}, where these programs are missing or not executable: ${missing.join(", ")}.`,
    );
  }
  return { folder, complete: missing.length === 0 };
}

/** Throws MissingPrerequisiteError when `ensureBinaries` would, and does nothing else. */
export async function checkPrerequisites(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  if (!locate(env).complete) await requireGo(env);
}

/**
 * The folder with the control plane's programs: MULTIGRES_CONTROL_PLANE_BIN if set, else the user's cache, building them from their Go
 * modules when they aren't there. Safe to call from several processes at once. Throws MissingPrerequisiteError or ControlPlaneError.
 */
export async function ensureBinaries(options: EnsureBinariesOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const { folder, complete } = locate(env);
  if (complete) return folder;
  await buildBinaries({ folder, env, log: options.log ?? ((line) => process.stderr.write(`${line}\n`)) });
  return folder;
}
