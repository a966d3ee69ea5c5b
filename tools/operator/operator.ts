import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Kubectl, ProcessGroup } from "../control-plane/index.ts";
import { type ControllerProcess, lostItsLease, type StartOptions, startController } from "./controllers.ts";
import { type KubeconfigOf, kubeconfigsFrom } from "./credentials.ts";
import { install } from "./install.ts";
import { type ControllerManifest, type Installation, renderInstallation } from "./manifests.ts";
import { startTopology, type Topology } from "./topology.ts";

export { type ControllerProcess, type Installation, lostItsLease, renderInstallation };

export interface Operator {
  readonly controllers: ReadonlyMap<string, ControllerProcess>;
  /** What the controllers find behind every topology Service; undefined when they dial the cluster's own. */
  readonly topology: Topology | undefined;
  /** Starts one more process of a controller (a second replica, or one that was stopped). */
  start(name: string, options?: ControllerOptions): Promise<ControllerProcess>;
  stop(): Promise<void>;
}

/** A `kubeconfig` of the caller's own; default is one with a new token of the controller's ServiceAccount. */
export type ControllerOptions = Pick<StartOptions, "env" | "replica"> & Partial<Pick<StartOptions, "kubeconfig">>;

export interface OperatorOptions {
  readonly kubectl: Kubectl;
  /** For credentials and logs. */
  readonly folder: string;
  /** Default: all five. */
  readonly only?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly overlay?: string;
  /** That overlay, if the caller has it rendered already. */
  readonly installation?: Installation;
  /** Default: by `kubectl`, a process for each. */
  readonly kubeconfigOf?: KubeconfigOf;
  /** `loopback`, the default: an etcd that is started with the controllers. `cluster`: what names of Services lead to. */
  readonly topology?: "loopback" | "cluster";
}

/** Installs `deploy/` without its Deployments and runs the controllers as processes with their own ServiceAccounts. */
export async function runOperator(options: OperatorOptions): Promise<Operator> {
  const installation = options.installation ?? (await renderInstallation(options.kubectl, options.overlay));
  await install(options.kubectl, installation.manifests);
  const kubeconfigOf = options.kubeconfigOf ?? (await kubeconfigsFrom(options.kubectl));
  const group = new ProcessGroup({ directory: options.folder, removeDirectory: false });
  const topology = options.topology === "cluster" ? undefined : await startTopology(group, options.folder);
  const processes = new Map<string, ControllerProcess>();
  const started: ControllerProcess[] = [];

  async function start(name: string, startOptions: ControllerOptions = {}): Promise<ControllerProcess> {
    const manifest = manifestOf(installation, name);
    const kubeconfig = startOptions.kubeconfig ?? join(options.folder, `${name}.kubeconfig`);
    if (startOptions.kubeconfig === undefined)
      await writeFile(kubeconfig, await kubeconfigOf(manifest), { mode: 0o600 });
    const env = { ...options.env, ...startOptions.env };
    const running = await startController(manifest, {
      group,
      kubeconfig,
      logFolder: join(options.folder, "logs"),
      replica: startOptions.replica,
      env: { ...env, ...dialOverrides(env, topology) },
    });
    processes.set(name, running);
    started.push(running);
    return running;
  }

  const wanted = installation.controllers
    .map(({ name }) => name)
    .filter((name) => options.only?.includes(name) ?? true);
  await Promise.all(wanted.map((name) => start(name)));
  return {
    controllers: processes,
    topology,
    start,
    stop: async () => {
      await Promise.all(started.map((running) => running.stop()));
      await group.end();
    },
  };
}

/** What the caller overrides comes before what is the same for all. */
function dialOverrides(env: Readonly<Record<string, string>>, topology: Topology | undefined): Record<string, string> {
  const entries = [env["DIAL_OVERRIDES"], topology?.dialOverrides].filter(Boolean).join(",");
  return entries === "" ? {} : { DIAL_OVERRIDES: entries };
}

function manifestOf(installation: Installation, name: string): ControllerManifest {
  const manifest = installation.controllers.find((controller) => controller.name === name);
  if (!manifest) throw new Error(`deploy/ has no controller ${name}`);
  return manifest;
}
