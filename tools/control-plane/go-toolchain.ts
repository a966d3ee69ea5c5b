import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { MissingPrerequisiteError } from "./errors.ts";

/** The oldest Go that builds these versions. */
const minimumGo = { major: 1, minor: 26 } as const;

const alternative =
  "or set MULTIGRES_CONTROL_PLANE_BIN to a folder with etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok and kubectl.";

/** One sentence about a Go that doesn't do, or undefined. `version` is what `go env GOVERSION` prints, undefined without Go. */
export function goProblem(version: string | undefined): string | undefined {
  const wanted = `${minimumGo.major}.${minimumGo.minor}`;
  if (version === undefined)
    return `Go ${wanted} or newer is needed to build the control plane: install it, ${alternative}`;
  const match = /^(?:go|devel go)(\d+)\.(\d+)/.exec(version);
  const [major, minor] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (major > minimumGo.major || (major === minimumGo.major && minor >= minimumGo.minor)) return undefined;
  return `Go ${wanted} or newer is needed to build the control plane, and this machine has ${version}: install a newer one, ${alternative}`;
}

/** Throws MissingPrerequisiteError unless `go` of the given PATH is new enough. */
export async function requireGo(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  let version: string | undefined;
  try {
    const { stdout } = await promisify(execFile)("go", ["env", "GOVERSION"], {
      cwd: tmpdir(),
      env: { ...env, GOTOOLCHAIN: "local", GOWORK: "off" },
    });
    version = stdout.trim();
  } catch {
    version = undefined;
  }
  const problem = goProblem(version);
  if (problem !== undefined) throw new MissingPrerequisiteError(problem);
}
