import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ControlPlane } from "@multigres/tools/control-plane";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import type { PodSpec } from "../deploy/rendered.ts";
import { docker } from "../support/docker/docker.ts";

/** A controller's image, run the way that the kubelet would run its pod. */
export interface ControllerContainer {
  readonly container: StartedTestContainer;
  /** Runs a script with the image's own node. */
  evaluate(script: string): Promise<string>;
  /** SIGTERM; returns the exit code. */
  stop(): Promise<number>;
}

export interface PodOptions {
  readonly image: string;
  /** As the Deployment has it. */
  readonly pod: PodSpec;
  readonly namespace: string;
  readonly plane: Pick<ControlPlane, "server" | "certificateAuthority" | "serviceAccountToken">;
}

const credentials = "/var/run/secrets/kubernetes.io/serviceaccount";

export async function startPod({ image, pod, namespace, plane }: PodOptions): Promise<ControllerContainer> {
  const [spec] = pod.containers;
  if (spec === undefined) throw new Error("the Deployment has no container");
  const folder = await mkdtemp(join(tmpdir(), "multigres-pod-"));
  const mounted = join(folder, "serviceaccount");
  await mkdir(mounted);
  await writeFile(join(mounted, "token"), await plane.serviceAccountToken(namespace, pod.serviceAccountName));
  await writeFile(join(mounted, "ca.crt"), plane.certificateAuthority);
  await writeFile(join(mounted, "namespace"), namespace);

  const { hostname, port } = new URL(plane.server);
  const env = {
    ...Object.fromEntries(spec.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    POD_NAME: "in-a-container",
    POD_NAMESPACE: namespace,
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    // On the host's network, where others listen, too.
    HEALTH_PORT: "0",
    METRICS_PORT: "0",
  };
  const container = await new Restricted(image)
    .withCommand([...spec.args])
    .withEnvironment(env)
    .withBindMounts([{ source: mounted, target: credentials, mode: "ro" }])
    // The API server listens on this machine's 127.0.0.1 only.
    .withNetworkMode("host")
    .withUser(userOf(pod))
    .withDroppedCapabilities("ALL")
    .withSecurityOpt("no-new-privileges")
    .withResourcesQuota({ memory: gibibytes(spec.resources) })
    .withWaitStrategy(Wait.forLogMessage(/"msg":"reconciling"/))
    .withStartupTimeout(240_000)
    .withAutoRemove(false)
    .start();
  return {
    container,
    evaluate: async (script) => {
      const { output, exitCode } = await container.exec(["/nodejs/bin/node", "-e", script]);
      if (exitCode !== 0) throw new Error(`the script ended with ${exitCode}: ${output}`);
      return output.trim();
    },
    stop: async () => {
      await container.stop({ remove: false, timeout: 20_000 });
      const code = Number(await docker(["wait", container.getId()]));
      await docker(["rm", container.getId()]);
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** As Docker writes it. */
export function userOf({ securityContext: { runAsUser, runAsGroup } }: PodSpec): string {
  return `${Number(runAsUser)}:${Number(runAsGroup)}`;
}

/** testcontainers has no setters for these. */
class Restricted extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
  }
}

function gibibytes(resources: unknown): number {
  const { limits } = resources as { limits: { memory: string } };
  const mebibytes = /^(\d+)Mi$/.exec(limits.memory)?.[1];
  if (mebibytes === undefined) throw new Error(`the memory limit is ${limits.memory}`);
  return Number(mebibytes) / 1024;
}
