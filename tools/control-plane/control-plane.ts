import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ApiRequest, apiRequest } from "./api-request.ts";
import { ensureBinaries } from "./binaries.ts";
import { CertificateAuthority } from "./certificates.ts";
import { createNode, createStorageClasses, requestToken, startVolumeProvisioner } from "./cluster-setup.ts";
import { Component } from "./component.ts";
import {
  auditPolicy,
  type ComponentName,
  componentArguments,
  components,
  files,
  type Layout,
} from "./component-arguments.ts";
import { ControlPlaneError } from "./errors.ts";
import { type Access, kubeconfig } from "./kubeconfig.ts";
import { type Kubectl, runKubectl } from "./kubectl.ts";
import { defaultNodes, type NodeSpec } from "./nodes.ts";
import { type PodStart, podStages } from "./pod-stages.ts";
import { freePorts } from "./ports.ts";
import { type GroupProcess, ProcessGroup } from "./process-group.ts";

export interface ControlPlaneOptions {
  /** Folder with the programs; default: what `ensureBinaries` returns. */
  readonly binaries?: string;
  /** What runs; default everything. etcd and kube-apiserver always run. For admission tests `[]` is enough. */
  readonly components?: readonly ComponentName[];
  /** Nodes that kwok plays; default one per zone of the spec's example and of the tests' cases. */
  readonly nodes?: readonly NodeSpec[];
  /** How long pods take to start; default not at all. */
  readonly podStart?: PodStart;
  /** Share of requests after which the server closes the connection; 0 to 0.02, default 0.02. */
  readonly goawayChance?: number;
  /** Where state and logs go. A given directory stays, one of our own is removed at the end. */
  readonly directory?: string;
  /** Arguments after ours. */
  readonly extraArguments?: Partial<Record<ComponentName, readonly string[]>>;
  /** Told about progress of a build. */
  readonly log?: (line: string) => void;
}

/** A program to run for as long as the control plane. */
export interface RunOptions {
  /** Names its log file. */
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A running control plane. */
export interface ControlPlane extends AsyncDisposable {
  /** Path of the admin's kubeconfig. */
  readonly kubeconfig: string;
  /** Its text. */
  readonly kubeconfigText: string;
  readonly server: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly adminToken: string;
  /** Client URL of its etcd, without TLS. */
  readonly etcd: string;
  readonly directory: string;
  /** Audit log: one JSON event per line and answered request, level Metadata. */
  readonly auditLog: string;
  /** Folder of the programs. */
  readonly binaries: string;
  /** Handles for fault tests. Throws when the component was not asked for. */
  component(name: ComponentName): Component;
  /** Sends a request as admin and returns the parsed answer; throws RequestError. */
  request(request: ApiRequest): Promise<unknown>;
  /** A token of an existing ServiceAccount from the TokenRequest API, valid for `seconds` (default a day). */
  serviceAccountToken(namespace: string, name: string, seconds?: number): Promise<string>;
  /** Text of a kubeconfig for a token. */
  kubeconfigFor(token: string, namespace?: string): string;
  /** Writes that text into the directory, readable by the owner only, and returns its path. */
  writeKubeconfig(name: string, token: string, namespace?: string): Promise<string>;
  /** As admin, unless the options name another kubeconfig. */
  readonly kubectl: Kubectl;
  /** Starts a program that ends with the control plane at the latest, even when this process is killed. Its log is `logFile(name)`. */
  run(options: RunOptions): Promise<GroupProcess>;
  logFile(name: string): string;
  /** Ends everything and removes the directory if it is our own. Can be called twice. */
  stop(): Promise<void>;
}

/** Starts a control plane on free ports of 127.0.0.1. Several can run at once. Throws ControlPlaneError. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const binaries = options.binaries ?? (await ensureBinaries({ log: options.log }));
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options, binaries);
    } catch (error) {
      // Somebody else took one of the ports between our look and the start.
      if (attempt < 3 && /address already in use/.test(String(error))) continue;
      throw error;
    }
  }
}

async function start(options: ControlPlaneOptions, binaries: string): Promise<ControlPlane> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), "multigres-control-plane-")));
  const group = new ProcessGroup({ directory, removeDirectory: options.directory === undefined });
  try {
    return await assemble(options, binaries, directory, group);
  } catch (error) {
    await group.end();
    throw error instanceof ControlPlaneError
      ? error
      : new ControlPlaneError("the control plane doesn't start", { cause: error });
  }
}

async function assemble(
  options: ControlPlaneOptions,
  binaries: string,
  directory: string,
  group: ProcessGroup,
): Promise<ControlPlane> {
  const file = files(directory);
  const adminToken = randomBytes(16).toString("hex");
  const [etcdPort = 0, etcdPeer = 0, serverPort = 0] = await freePorts(3);
  const layout: Layout = {
    directory,
    ports: { etcd: etcdPort, etcdPeer, server: serverPort },
    goawayChance: options.goawayChance ?? 0.02,
  };
  const server = `https://127.0.0.1:${serverPort}`;
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const certificateAuthority = await writeInputs(directory, adminToken, options.podStart);
  const admin: Access = { server, certificateAuthority, token: adminToken };
  // GOGC: a tenth of their time goes into collecting garbage otherwise; they are small and don't live long.
  const env = { PATH: process.env["PATH"] ?? "", HOME: directory, GOGC: "300" };

  const ready: Partial<Record<ComponentName, () => Promise<void>>> = {
    etcd: async () => {
      const answer = await fetch(`${etcd}/health`, { signal: AbortSignal.timeout(5000) });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`etcd answers ${answer.status}`);
    },
    "kube-apiserver": async () => {
      await apiRequest(admin, { method: "GET", path: "/readyz", timeoutMilliseconds: 5000 });
    },
  };
  const wanted = components.filter(
    (name) => name === "etcd" || name === "kube-apiserver" || (options.components?.includes(name) ?? true),
  );
  const all = new Map<ComponentName, Component>();
  for (const name of wanted) {
    const spec = {
      command: join(binaries, name),
      args: [...componentArguments(name, layout), ...(options.extraArguments?.[name] ?? [])],
      env,
      cwd: directory,
      logFile: file.log(name),
    };
    const component: Component = new Component(name, group, spec, () => eventually(component, ready[name]));
    all.set(name, component);
  }

  // Together: the API server waits for etcd, and if etcd can't start that shows here at once.
  await Promise.all([all.get("etcd")?.start(), all.get("kube-apiserver")?.start()]);
  const kubeconfigText = kubeconfig(admin);
  await writeFile(file.kubeconfig, kubeconfigText, { mode: 0o600 });
  await Promise.all([
    ...[...all.values()].map((component) => component.launch()),
    createStorageClasses(admin),
    // Volumes exist only where pods do.
    ...(wanted.includes("kube-controller-manager") ? [startVolumeProvisioner(group, directory, admin)] : []),
    ...(wanted.includes("kwok") ? (options.nodes ?? defaultNodes) : []).map((node, index) =>
      createNode(admin, node, index),
    ),
  ]);

  const plane: ControlPlane = {
    kubeconfig: file.kubeconfig,
    kubeconfigText,
    server,
    certificateAuthority,
    adminToken,
    etcd,
    directory,
    auditLog: file.auditLog,
    binaries,
    component: (name) => {
      const component = all.get(name);
      if (component === undefined) throw new ControlPlaneError(`this control plane runs without ${name}`);
      return component;
    },
    request: (request) => apiRequest(admin, request),
    serviceAccountToken: (namespace, name, seconds) => requestToken(admin, namespace, name, seconds),
    kubeconfigFor: (token, namespace) => kubeconfig({ ...admin, token, namespace }),
    writeKubeconfig: async (name, token, namespace) => {
      const path = join(directory, `${name}.kubeconfig`);
      await writeFile(path, kubeconfig({ ...admin, token, namespace }), { mode: 0o600 });
      return path;
    },
    kubectl: (args, kubectlOptions) =>
      runKubectl(
        { path: join(binaries, "kubectl"), kubeconfig: file.kubeconfig, home: directory },
        args,
        kubectlOptions,
      ),
    run: ({ name, command, args = [], env: added = {}, cwd = directory }) =>
      group.spawn({ command, args, env: { ...env, ...added }, cwd, logFile: file.log(name) }),
    logFile: file.log,
    stop: () => group.end(),
    [Symbol.asyncDispose]: () => group.end(),
  };
  return plane;
}

/** What the components read at their start. Returns the certificate of the authority that signed the server's. */
async function writeInputs(directory: string, adminToken: string, podStart?: PodStart): Promise<string> {
  const file = files(directory);
  const authority = await CertificateAuthority.create();
  const { cert, key } = await authority.issue({
    commonName: "kube-apiserver",
    dnsNames: ["localhost", "kubernetes.default.svc"],
    ipAddresses: ["127.0.0.1"],
    usages: ["server"],
  });
  await mkdir(file.certificates, { recursive: true, mode: 0o700 });
  await mkdir(join(directory, "logs"), { recursive: true });
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await Promise.all([
    writeFile(file.serviceAccountKey, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 }),
    writeFile(file.serviceAccountPublicKey, publicKey.export({ type: "spki", format: "pem" })),
    writeFile(file.tokens, `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 }),
    writeFile(file.auditPolicy, JSON.stringify(auditPolicy)),
    writeFile(file.stages, podStages(podStart)),
    writeFile(file.certificateAuthority, authority.cert),
    writeFile(file.serverCertificate, cert),
    writeFile(file.serverKey, key, { mode: 0o600 }),
  ]);
  return authority.cert;
}

/** Repeats a check until it passes; ends early when the process has ended. */
async function eventually(component: Component, check?: () => Promise<void>): Promise<void> {
  if (check === undefined) return;
  const deadline = Date.now() + 120_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      await component.assertRunning();
      if (Date.now() > deadline)
        throw new ControlPlaneError(`${component.name} isn't ready after 120 s`, { cause: error });
      await sleep(50);
    }
  }
}
