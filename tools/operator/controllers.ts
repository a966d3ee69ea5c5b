import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Exit, ProcessGroup } from "../control-plane/index.ts";
import { type ControllerManifest, repositoryRoot } from "./manifests.ts";

export interface ControllerProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<Exit>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after ten seconds. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** What ends the process when we end, whichever way. */
  readonly group: ProcessGroup;
  /** File with the credentials of the controller's own ServiceAccount. */
  readonly kubeconfig: string;
  readonly logFolder: string;
  /** Added to, and winning over, what deploy/ sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Tells several replicas of one controller apart. */
  readonly replica?: number;
}

/** Whether the last process that wrote this log ended because it had to; others may follow that line. */
export function lostItsLease({ logFile }: Pick<ControllerProcess, "logFile">): boolean {
  const lastProcess = readFileSync(logFile, "utf8").split('"msg":"started"').at(-1) ?? "";
  return lastProcess.includes('"msg":"lease lost"');
}

/** Runs a controller from its built bundle, with the flags and the environment that its Deployment has. */
export async function startController(manifest: ControllerManifest, options: StartOptions): Promise<ControllerProcess> {
  const bundle = join(repositoryRoot, "apps", manifest.name, "dist/main.mjs");
  if (!existsSync(bundle)) throw new Error(`${bundle} is missing: run npm run build`);
  const identity = `${manifest.name}-${options.replica ?? 0}`;
  mkdirSync(options.logFolder, { recursive: true });
  const logFile = join(options.logFolder, `${identity}.log`);
  const running = await options.group.spawn({
    command: process.execPath,
    args: [...manifest.nodeFlags, bundle],
    cwd: options.logFolder,
    logFile,
    env: {
      PATH: process.env["PATH"] ?? "",
      ...manifest.env,
      HEALTH_PORT: "0",
      METRICS_PORT: "0",
      POD_NAME: identity,
      POD_NAMESPACE: manifest.namespace,
      KUBECONFIG: options.kubeconfig,
      ...options.env,
    },
  });
  return {
    name: manifest.name,
    pid: running.pid,
    logFile,
    exited: running.exited,
    signal: (signal) => void running.signal(signal),
    stop: async () => {
      // A paused process can't obey.
      running.signal("SIGCONT");
      running.signal("SIGTERM");
      const ended = await Promise.race([running.exited, sleep(10_000, undefined, { ref: false })]);
      if (ended === undefined) running.signal("SIGKILL");
      await running.exited;
    },
  };
}
