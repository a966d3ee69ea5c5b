import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { MissingPrerequisiteError } from "./errors.ts";

/** The oldest Go that builds these versions. */
const minimumGo = { major: 1, minor: 26 } as const;

/** What Go is wanted for, and what else a user can do; both end up in one sentence. */
export interface GoNeed {
  readonly purpose: string;
  readonly alternative: string;
}

const controlPlane: GoNeed = {
  purpose: "the control plane",
  alternative:
    "set MULTIGRES_CONTROL_PLANE_BIN to a folder with etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok and kubectl",
};

/** One sentence about a Go that doesn't do, or undefined. `version` is what `go env GOVERSION` prints, undefined without Go. */
export function goProblem(
  version: string | undefined,
  { purpose, alternative }: GoNeed = controlPlane,
): string | undefined {
  const needed = `Go ${minimumGo.major}.${minimumGo.minor} or newer is needed to build ${purpose}`;
  if (version === undefined) return `${needed}: install it, or ${alternative}.`;
  const match = /^(?:go|devel go)(\d+)\.(\d+)/.exec(version);
  const [major, minor] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (major > minimumGo.major || (major === minimumGo.major && minor >= minimumGo.minor)) return undefined;
  return `${needed}, and this machine has ${version}: install a newer one, or ${alternative}.`;
}

/** Throws MissingPrerequisiteError unless `go` of the given PATH is new enough. */
export async function requireGo(env: Readonly<Record<string, string | undefined>>, need?: GoNeed): Promise<void> {
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
  const problem = goProblem(version, need);
  if (problem !== undefined) throw new MissingPrerequisiteError(problem);
}
