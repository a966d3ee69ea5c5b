import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Program, programs } from "./versions.ts";

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
export function cacheFolder(env: Readonly<Record<string, string | undefined>>, of = "control-plane"): string {
  return join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "multigres-operator", of);
}
