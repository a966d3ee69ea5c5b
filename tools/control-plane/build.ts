import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "./build-lock.ts";
import { ControlPlaneError } from "./errors.ts";
import {
  compilerFlags,
  etcdPackage,
  kubernetesGoMod,
  kubernetesPackage,
  kwokPackage,
  linkerFlags,
} from "./go-module.ts";
import { requireGo } from "./go-toolchain.ts";
import { ProcessGroup } from "./process-group.ts";
import { missingPrograms } from "./program-folder.ts";
import { withProgress } from "./progress.ts";
import { type Program, versions } from "./versions.ts";

export interface BuildOptions {
  /** Where the programs are wanted. It appears complete or not at all. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
}

type Go = (
  name: string,
  cwd: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
) => Promise<string>;

/**
 * Builds the programs into `folder`. An interrupted build goes on where it was: finished programs wait in `<folder>.partial`, compiled
 * packages in Go's cache. Needs about 5 GB in Go's caches. Throws MissingPrerequisiteError or ControlPlaneError.
 */
export async function buildBinaries(options: BuildOptions): Promise<void> {
  const { folder, env, log } = options;
  await requireGo(env);
  const waiting = (pid: number) => log(`waiting for process ${pid}, which builds the control plane`);
  await withLock(`${folder}.lock`, waiting, async () => {
    if (missingPrograms(folder).length === 0) return;
    const work = `${folder}.partial`;
    const bin = join(work, "bin");
    await mkdir(bin, { recursive: true });
    const group = new ProcessGroup({ directory: work, removeDirectory: false });
    const go = goIn(group, env, work);
    const started = Date.now();
    const compiled = async () => `${await countCompiled(work)} packages compiled`;
    try {
      await withProgress(
        "building the control plane from Go modules, once (5 to 10 minutes on two cores)",
        log,
        () => Promise.all([buildKubernetes(work, bin, go), buildKwok(work, bin, go)]),
        compiled,
      );
    } catch (error) {
      const seconds = Math.round((Date.now() - started) / 1000);
      throw new ControlPlaneError(
        `the control plane can't be built (after ${seconds} s): ${(error as Error).message}`,
        {
          cause: error,
        },
      );
    } finally {
      await group.end();
    }
    await rm(folder, { recursive: true, force: true });
    await rename(bin, folder).catch((error: unknown) => {
      if (missingPrograms(folder).length > 0) throw error;
    });
    await rm(work, { recursive: true, force: true });
  });
}

function goIn(group: ProcessGroup, env: BuildOptions["env"], work: string): Go {
  const inherited = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return async (name, cwd, args, added = {}) => {
    const logFile = join(work, `${name}.log`);
    await rm(logFile, { force: true });
    // A go.work or GOFLAGS of the user would change what is built.
    const settings = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local", GO111MODULE: "on" };
    const child = await group.spawn({
      command: "go",
      args,
      cwd,
      env: { ...inherited, ...settings, ...added },
      logFile,
    });
    const exit = await child.exited;
    const output = await readFile(logFile, "utf8").catch(() => "");
    if (exit.code !== 0) {
      throw new Error(
        `go ${args[0]} ended with ${exit.signal ?? exit.code}:\n${output.trimEnd().split("\n").slice(-8).join("\n")}`,
      );
    }
    return output;
  };
}

async function buildKubernetes(work: string, bin: string, go: Go): Promise<void> {
  const fromModule: Program[] = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"];
  const wanted = fromModule.filter((program) => missingPrograms(bin).includes(program));
  if (wanted.length === 0) return;
  const module = join(work, "kubernetes");
  await mkdir(module, { recursive: true });
  await writeFile(join(module, "go.mod"), "module multigres.com/control-plane\n");
  const download = await go("download", module, [
    "mod",
    "download",
    "-json",
    `k8s.io/kubernetes@v${versions.kubernetes}`,
  ]);
  const source = /"Dir": "(.*)"/.exec(download)?.[1];
  if (source === undefined) throw new Error("go mod download names no folder for k8s.io/kubernetes");
  await writeFile(join(module, "go.mod"), kubernetesGoMod(await readFile(join(source, "go.mod"), "utf8")));
  const packages = wanted.map((program) => (program === "etcd" ? etcdPackage : kubernetesPackage(program)));
  // One command, so that packages that several programs use are compiled once and linking overlaps with compiling.
  const out = join(work, "out");
  await mkdir(out, { recursive: true });
  await go("kubernetes", module, [
    "build",
    "-v",
    "-trimpath",
    compilerFlags,
    "-ldflags",
    linkerFlags,
    "-o",
    `${out}/`,
    ...packages,
  ]);
  // Go names a program after the last part of its path that isn't a version.
  for (const program of wanted) await rename(join(out, program === "etcd" ? "server" : program), join(bin, program));
}

async function buildKwok(work: string, bin: string, go: Go): Promise<void> {
  if (!missingPrograms(bin).includes("kwok")) return;
  // On its own: in one module with Kubernetes it would choose other versions of what they share.
  const out = join(work, "out-kwok");
  await mkdir(out, { recursive: true });
  await go("kwok", work, ["install", "-v", "-trimpath", compilerFlags, "-ldflags", "-s -w", kwokPackage], {
    GOBIN: out,
    GOFLAGS: "",
  });
  await rename(join(out, "kwok"), join(bin, "kwok"));
}

async function countCompiled(work: string): Promise<number> {
  const logs = await Promise.all(
    ["kubernetes", "kwok"].map((name) => readFile(join(work, `${name}.log`), "utf8").catch(() => "")),
  );
  return logs.flatMap((log) => log.split("\n")).filter((line) => line !== "" && !line.startsWith("go: ")).length;
}
