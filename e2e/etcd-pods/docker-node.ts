import type { V1Pod } from "@kubernetes/client-node";
import { freePorts } from "@multigres/tools/control-plane";
import { GenericContainer, Wait } from "testcontainers";
import { docker } from "../support/docker/docker.ts";
import { ownLabel, ownLabels, removeLabelled, removeLeftovers } from "../support/docker/leftovers.ts";
import { type ContainerDefinition, containerOf } from "./kubelet.ts";
import { emptyFolder } from "./tar.ts";

/** Runs pods with Docker, for those who have one container. */
export interface DockerNode {
  /** `127.0.0.1:port` that leads to a port of a pod, the same each time that a pod of this name is run. */
  address(pod: string, port: number): Promise<string>;
  /** What was in the volumes of an earlier pod with the same claims is still there. */
  run(pod: V1Pod, options: RunOptions): Promise<RunningPod>;
  /** Removes pods, volumes and the network. */
  end(): Promise<void>;
}

interface RunOptions {
  /** To run in place of the pod's own. */
  readonly image: string;
  /** Under which others find it. */
  readonly names: readonly string[];
}

export interface RunningPod {
  readonly name: string;
  /** The HTTP status that the kubelet would get; 0 for no answer in time. */
  probe(which: keyof ContainerDefinition["probes"]): Promise<number>;
  /** SIGKILL; nothing is left but its volumes. */
  kill(): Promise<void>;
  logTail(): string;
}

export async function startDockerNode(): Promise<DockerNode> {
  await removeLeftovers();
  const network = await docker(["network", "create", "--label", ownLabel, `multigres-e2e-${process.pid}`]);
  const ports = new Map<string, number>();
  const volumes = new Map<string, string>();

  async function hostPort(pod: string, port: number): Promise<number> {
    const key = `${pod}:${port}`;
    for (;;) {
      const known = ports.get(key);
      if (known !== undefined) return known;
      const [free] = await freePorts(1);
      if (free !== undefined && ![...ports.values()].includes(free) && !ports.has(key)) ports.set(key, free);
    }
  }

  async function volumeOf(claim: string, group: number, image: string): Promise<string> {
    const made = volumes.get(claim) ?? (await createVolume(group, image));
    volumes.set(claim, made);
    return made;
  }

  return {
    address: async (pod, port) => `127.0.0.1:${await hostPort(pod, port)}`,
    run: async (pod, { image, names }) => {
      const name = pod.metadata?.name ?? "";
      const definition = containerOf(pod);
      const binds: string[] = [];
      for (const { claim, path } of definition.mounts) {
        binds.push(`${await volumeOf(claim, definition.volumeGroup, image)}:${path}`);
      }
      const published: PublishedPort[] = [];
      for (const container of definition.ports) published.push({ container, host: await hostPort(name, container) });
      const log: string[] = [];
      const container = await new PodContainer(image, { definition, network, names, binds, published })
        .withLogConsumer((stream) => stream.on("data", (line) => log.push(String(line))))
        .start();
      return {
        name,
        probe: async (which) => {
          const { port, path, timeoutMs } = definition.probes[which];
          const url = `http://127.0.0.1:${await hostPort(name, port)}${path}`;
          try {
            return (await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })).status;
          } catch {
            return 0;
          }
        },
        kill: async () => void (await docker(["rm", "--force", container.getId()])),
        logTail: () => log.slice(-8).join(""),
      };
    },
    end: () => removeLabelled(ownLabel),
  };
}

interface PublishedPort {
  readonly container: number;
  readonly host: number;
}

interface PodContainerOptions {
  readonly definition: ContainerDefinition;
  readonly network: string;
  readonly names: readonly string[];
  readonly binds: readonly string[];
  readonly published: readonly PublishedPort[];
}

class PodContainer extends GenericContainer {
  constructor(image: string, { definition, network, names, binds, published }: PodContainerOptions) {
    super(image);
    this.withLabels({ ...ownLabels })
      .withEntrypoint([...definition.command])
      .withCommand([...definition.args])
      .withEnvironment({ ...definition.env })
      .withUser(`${definition.user}:${definition.group}`)
      .withDroppedCapabilities(...definition.droppedCapabilities)
      .withExposedPorts(...published)
      .withNetworkMode(network)
      // Whether it works is what its probes tell.
      .withWaitStrategy(Wait.forLogMessage(/./))
      .withStartupTimeout(180_000);
    if (!definition.mayGainPrivileges) this.withSecurityOpt("no-new-privileges");
    // testcontainers has no setters for these; its aliases are for a second network beside the default one.
    this.hostConfig.ReadonlyRootfs = definition.readOnlyRoot;
    this.hostConfig.Binds = [...binds];
    // A name that no running pod has isn't asked for elsewhere, which would take seconds.
    this.hostConfig.Dns = ["127.0.0.1"];
    this.createOpts.NetworkingConfig = { EndpointsConfig: { [network]: { Aliases: [...names] } } };
  }
}

/** An empty volume as the kubelet hands it to a pod with an fsGroup: root's and group-writable. */
async function createVolume(group: number, image: string): Promise<string> {
  const volume = await docker(["volume", "create", "--label", ownLabel]);
  // Never started: it is a way into the volume.
  const holder = await docker(["create", "--label", ownLabel, "--volume", `${volume}:/volumes/data`, image, "-"]);
  await docker(["cp", "-", `${holder}:/volumes`], emptyFolder("data", { group, mode: 0o2775 }));
  await docker(["rm", holder]);
  return volume;
}
