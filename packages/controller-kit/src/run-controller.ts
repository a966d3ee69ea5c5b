import { type Logger, pino, stdTimeFunctions } from "pino";
import { z } from "zod";
import { createApiClient } from "./client/api-client.ts";
import { ConfigError, type KitSettings, readConfig } from "./config.ts";
import type { ControllerDefinition } from "./definition.ts";
import { KubeconfigError, loadKubeconfig } from "./kubeconfig.ts";
import { kubernetesClusterOf } from "./kubernetes-cluster.ts";
import { createLeaseWatch } from "./lease-watch.ts";
import { createManager, type Manager, managerNameOf } from "./manager.ts";
import { createMetrics } from "./metrics.ts";
import { createCaches } from "./reflected-caches.ts";
import type { KubernetesObject } from "./resource.ts";
import { createTransport } from "./transport/transport.ts";

export interface RunOptions<Settings> {
  /** The app's own environment variables; `reconcile` finds them in `context.settings`. */
  readonly settings: z.ZodType<Settings>;
}

/** May be left out by definitions that read no settings. */
export type RunArguments<Settings> = object extends Settings
  ? [options?: RunOptions<Settings>]
  : [options: RunOptions<Settings>];

// A brake on a controller that runs wild; sharing out fairly is the server's business.
const rateLimit = { qps: 500, burst: 1000 } as const;

// More than draining and letting the Lease go may take, less than Kubernetes' grace period of 30 s.
const stopWithinMs = 20_000;

/**
 * Runs a controller as this process: reads environment and kubeconfig, serves probes and metrics, takes part in the
 * leader election and reconciles. SIGTERM and SIGINT stop it in order and exit 0; a lost Lease, a second signal or an
 * error that nobody handles exit 1.
 */
export async function runController<P extends KubernetesObject, O, S, Settings>(
  definition: ControllerDefinition<P, O, S, Settings>,
  ...[options]: RunArguments<Settings>
): Promise<void> {
  let log = createLog("info");
  const fail = (error: unknown): never => {
    // What a person must mend is said in words; a trace only helps with what is our fault.
    if (error instanceof ConfigError || error instanceof KubeconfigError) log.fatal(sentence(error));
    else log.fatal({ err: error }, "the controller can't go on");
    process.exit(1);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  try {
    const settings = options?.settings ?? (z.object({}) as unknown as z.ZodType<Settings>);
    const { kit, app } = readConfig(process.env, settings);
    log = createLog(kit.LOG_LEVEL);
    const { manager, close } = connect(definition, app, kit, log);
    stopOnSignals(manager, close, log);
    void manager.lost.then(() => process.exit(1));
    await manager.start();
  } catch (error) {
    fail(error);
  }
}

function connect<P extends KubernetesObject, O, S, Settings>(
  definition: ControllerDefinition<P, O, S, Settings>,
  settings: Settings,
  kit: KitSettings,
  log: Logger,
): { readonly manager: Manager; readonly close: () => Promise<void> } {
  const access = loadKubeconfig();
  const name = managerNameOf(definition);
  const metrics = createMetrics(definition.name, kit.WORKERS);
  const observer = metrics.transport;
  const assertMayWrite = () => manager.assertLeading();
  const transport = createTransport({ access, userAgent: name, observer, rateLimit, assertMayWrite });
  // A connection of its own: a renewal must neither wait behind other requests nor die with their connection.
  const leaseTransport = createTransport({ access, userAgent: name, observer });
  const stopped = new AbortController();
  const lease = { namespace: kit.POD_NAMESPACE, name };
  const manager = createManager({
    definition,
    settings,
    kit,
    kubernetesCluster: kit.KUBERNETES_CLUSTER_ID ?? kubernetesClusterOf(access),
    client: createApiClient(transport),
    leaseClient: createApiClient(leaseTransport),
    leaseWatch: createLeaseWatch(leaseTransport, lease, log, stopped.signal),
    caches: createCaches(definition, {
      transport,
      namespace: kit.WATCH_NAMESPACE,
      log,
      observer: { onRestart: (kind, reason) => metrics.watchRestarted(kind, reason) },
    }),
    metrics,
    log,
  });
  return {
    manager,
    async close() {
      stopped.abort();
      await Promise.all([transport.close(), leaseTransport.close()]);
    },
  };
}

function stopOnSignals(manager: Manager, close: () => Promise<void>, log: Logger): void {
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "asked to stop");
    const late = setTimeout(() => {
      log.error("stopping took too long");
      process.exit(1);
    }, stopWithinMs);
    await manager.stop();
    await close();
    clearTimeout(late);
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGINT", () => void stop("SIGINT"));
}

/** JSON to stdout, synchronously: the last lines before an exit are the ones that matter. */
function createLog(level: KitSettings["LOG_LEVEL"]): Logger {
  return pino({
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

function sentence(error: Error): string {
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return error instanceof ConfigError ? error.message : `${error.message}${cause}`;
}
