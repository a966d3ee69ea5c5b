import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { MultigresCluster } from "@multigres/api-types";
import { onTestFinished } from "vitest";

const repository = join(import.meta.dirname, "../..");

/** The demo as a person runs it: a process of its own. */
export interface RunningDemo {
  readonly pid: number;
  readonly exited: Promise<number | null>;
  stdout(): string;
  stderr(): string;
  signal(signal: NodeJS.Signals): void;
  /** Processes that it and its children have started and that still run. */
  descendants(): Promise<readonly Descendant[]>;
  /** What it has left in the folder for temporary files. */
  leftovers(): readonly string[];
}

interface Descendant {
  readonly pid: number;
  readonly command: string;
}

export interface FinishedDemo {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `--output json` prints in its last line. */
export interface DemoResult {
  readonly clusters: readonly MultigresCluster[];
  readonly objects: Readonly<Record<string, number>>;
  readonly seconds: number;
}

export async function runDemo(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<FinishedDemo> {
  const demo = startDemo(args, env);
  const code = await demo.exited;
  return { code, stdout: demo.stdout(), stderr: demo.stderr() };
}

/** Started with nothing of the user's but what it needs, and ended with the test at the latest. */
export function startDemo(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningDemo {
  const folder = mkdtempSync(join(tmpdir(), "multigres-demo-test-"));
  const passed = ["PATH", "HOME", "XDG_CACHE_HOME", "MULTIGRES_CONTROL_PLANE_BIN"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const child = spawn(process.execPath, ["--conditions=@multigres/source", "tools/demo/main.ts", ...args], {
    cwd: repository,
    env: { ...Object.fromEntries(passed), TMPDIR: folder, KUBECACHEDIR: join(folder, "kubectl-cache"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  onTestFinished(async () => {
    // Its guardians end what it has started.
    if (child.exitCode === null) child.kill("SIGKILL");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  const stdout = textOf(child, "stdout");
  const stderr = textOf(child, "stderr");
  return {
    pid: child.pid ?? -1,
    exited,
    stdout,
    stderr,
    signal: (signal) => void child.kill(signal),
    descendants: () => descendantsOf(child.pid ?? -1),
    leftovers: () => (existsSync(folder) ? readdirSync(folder) : []),
  };
}

/** The object in the last line of the output. */
export function resultOf({ stdout }: FinishedDemo): DemoResult {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as DemoResult;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function textOf(child: ChildProcess, stream: "stdout" | "stderr"): () => string {
  let text = "";
  child[stream]?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

async function descendantsOf(root: number): Promise<Descendant[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-ww", "-o", "pid=,ppid=,args="]);
  const processes = stdout.split("\n").flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
  const below = (parent: number): Descendant[] =>
    processes
      .filter((process) => process.parent === parent)
      .flatMap(({ pid, command }) => [{ pid, command }, ...below(pid)]);
  return below(root);
}
