import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ControllerProcess } from "@multigres/tools/operator";
import { eventually } from "./eventually.ts";
import type { OwnCluster } from "./own-operator.ts";

/** The five, in the order of the tree. */
export const controllerNames = [
  "cluster-controller",
  "cell-controller",
  "tablegroup-controller",
  "shard-controller",
  "topo-controller",
] as const;
export type ControllerName = (typeof controllerNames)[number];

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A controller as its pod would be: started again when it ends, with probes, metrics, a log and a token of its own. */
export interface Controller {
  readonly name: ControllerName;
  /** By which the audit log tells the requests of this one from those of others with the same ServiceAccount. */
  readonly credential: string;
  /** How often it has ended without being asked to. */
  readonly restarts: number;
  /** The process that runs now. */
  readonly process: ControllerProcess;
  /** Everything that it logged, earlier processes included. */
  readonly log: () => readonly LogLine[];
  /** What `/readyz` answers: `ok`, or what is wrong. */
  readonly readiness: () => Promise<string>;
  /** Sum over the series of a metric that have these labels. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** SIGTERM; it isn't started again. */
  stop(): Promise<void>;
}

export interface ControllerOptions {
  /** Under which address it finds the API server; default: directly. */
  readonly server?: string;
  /** Tells several of one name apart. */
  readonly replica?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** It reads its token from this file, as in a pod. */
  readonly tokenFile?: string;
  /** False: it stays down when it ends. */
  readonly restarts?: boolean;
}

/** As short as a first CrashLoopBackOff is. */
const restartAfterMs = 1_000;

/** Runs a controller of a cluster that was started with `only: []`. */
export async function startController(
  { plane, operator }: Pick<OwnCluster, "plane" | "operator">,
  name: ControllerName,
  options: ControllerOptions = {},
): Promise<Controller> {
  const { server = plane.server, replica = 0, env, tokenFile } = options;
  const token = await plane.serviceAccountToken("multigres-system", name);
  const kubeconfig = join(plane.directory, `${name}-${replica}.kubeconfig`);
  const config = JSON.parse(plane.kubeconfigFor(token).replaceAll(plane.server, server));
  if (tokenFile !== undefined) {
    await writeFile(tokenFile, token);
    config.users[0].user = { "auth-provider": { name: "tokenFile", config: { tokenFile } } };
  }
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });

  const start = () => operator.start(name, { kubeconfig, replica, ...(env && { env }) });
  let current = await start();
  let stopping = false;
  let restarts = 0;
  const keepRunning = async (): Promise<void> => {
    for (;;) {
      await current.exited;
      if (stopping || options.restarts === false) return;
      restarts += 1;
      await sleep(restartAfterMs);
      if (stopping) return;
      current = await start();
    }
  };
  const kept = keepRunning();

  const log = () => linesOf(current.logFile);
  const get = async (port: "healthPort" | "metricsPort", path: string) => {
    const started = log().findLast((line) => line.msg === "started");
    const answer = await fetch(`http://127.0.0.1:${String(started?.[port])}${path}`, {
      signal: AbortSignal.timeout(5_000),
    });
    return (await answer.text()).trim();
  };
  return {
    name,
    credential: credentialOf(token),
    get restarts() {
      return restarts;
    },
    get process() {
      return current;
    },
    log,
    readiness: () => get("healthPort", "/readyz"),
    // It may be between two processes.
    metric: (metric, labels = {}) =>
      eventually(async () => sumOf(await get("metricsPort", "/metrics"), metric, labels)),
    stop: async () => {
      stopping = true;
      await current.stop();
      await kept;
      // It may have been between two processes.
      await current.stop();
    },
  };
}

export function startControllers(
  cluster: Pick<OwnCluster, "plane" | "operator">,
  options: ControllerOptions = {},
): Promise<Controller[]> {
  return Promise.all(controllerNames.map((name) => startController(cluster, name, options)));
}

/** Watches that broke with their connection: from the logs, because metrics begin anew with a process that gave up its Lease. */
export function brokenWatches(controllers: readonly Controller[]): LogLine[] {
  return controllers
    .flatMap(({ log }) => log())
    .filter(({ msg, reason, kind }) => msg === "the watch begins anew" && reason === "network" && kind !== "Lease");
}

/** The id that the API server gives every token, as `user.extra` of the audit log shows it. */
function credentialOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { jti: string };
  return `JTI=${claims.jti}`;
}

function linesOf(file: string): LogLine[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as LogLine];
      } catch {
        // Half written, or a word of Node's own.
        return line === "" ? [] : [{ level: "raw", msg: line }];
      }
    });
}

function sumOf(text: string, metric: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
    .filter((line) => wanted.every((pair) => line.includes(pair)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}
