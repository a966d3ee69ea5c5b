import { spawn } from "node:child_process";

/** What a finished kubectl left. */
export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlOptions {
  /** Sent to its standard input. */
  readonly stdin?: string;
  /** A kubeconfig file instead of the admin's, for trying as somebody else. */
  readonly kubeconfig?: string;
  /** Kills it after this time; default five minutes. The code is then -1. */
  readonly timeoutMilliseconds?: number;
}

/** Runs kubectl against one cluster. */
export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<KubectlResult>;

/**
 * Runs kubectl and never throws for what it answers. Neither the environment nor the home directory of the user is passed on, so no
 * context of theirs can be touched, unless `env` does so.
 */
export function runKubectl(
  program: {
    readonly path: string;
    readonly kubeconfig: string;
    readonly home: string;
    readonly env?: Readonly<Record<string, string | undefined>>;
  },
  args: readonly string[],
  options: KubectlOptions = {},
): Promise<KubectlResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.path, args, {
      env: {
        ...program.env,
        HOME: program.home,
        PATH: process.env["PATH"] ?? "",
        KUBECONFIG: options.kubeconfig ?? program.kubeconfig,
      },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: options.timeoutMilliseconds ?? 300_000,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
    child.stdin.on("error", () => {});
    child.stdin.end(options.stdin ?? "");
  });
}
