import type { V1Container, V1HTTPGetAction, V1Pod, V1Probe } from "@kubernetes/client-node";

/** A container as the kubelet tells the container runtime to start it. */
export interface ContainerDefinition {
  /** In place of the image's entry point. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: number;
  readonly group: number;
  /** Whom volumes belong to. */
  readonly volumeGroup: number;
  readonly readOnlyRoot: boolean;
  readonly droppedCapabilities: readonly string[];
  readonly mayGainPrivileges: boolean;
  readonly mounts: readonly { readonly claim: string; readonly path: string }[];
  readonly ports: readonly number[];
  readonly probes: Readonly<Record<"startup" | "liveness" | "readiness", HttpProbe>>;
}

interface HttpProbe {
  readonly port: number;
  readonly path: string;
  readonly timeoutMs: number;
}

/** Of the pod's only container. Throws for what isn't translated, so that nothing is left out unseen. */
export function containerOf(pod: V1Pod): ContainerDefinition {
  const { metadata, spec } = pod;
  const [container, ...others] = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  if (container === undefined || others.length > 0) throw new Error(`${metadata?.name} hasn't one container`);
  const of = { ...spec?.securityContext, ...container.securityContext };
  const env = environmentOf(pod, container);
  const expanded = (texts: readonly string[] = []) => texts.map((text) => expand(text, env));
  return {
    command: expanded(container.command),
    args: expanded(container.args),
    env,
    user: required(of.runAsUser, "runAsUser"),
    group: required(of.runAsGroup, "runAsGroup"),
    volumeGroup: required(of.fsGroup, "fsGroup"),
    readOnlyRoot: of.readOnlyRootFilesystem ?? false,
    droppedCapabilities: of.capabilities?.drop ?? [],
    mayGainPrivileges: of.allowPrivilegeEscalation ?? true,
    mounts: mountsOf(pod, container),
    ports: (container.ports ?? []).map(({ containerPort }) => containerPort),
    probes: {
      startup: probeOf(container, container.startupProbe),
      liveness: probeOf(container, container.livenessProbe),
      readiness: probeOf(container, container.readinessProbe),
    },
  };
}

/** A variable may refer to those before it. */
function environmentOf({ metadata }: V1Pod, { env = [], envFrom = [] }: V1Container): Record<string, string> {
  if (envFrom.length > 0) throw new Error("envFrom isn't translated");
  const fields: Readonly<Record<string, string | undefined>> = {
    "metadata.name": metadata?.name,
    "metadata.namespace": metadata?.namespace,
  };
  const known: Record<string, string> = {};
  for (const { name, value = "", valueFrom } of env) {
    const path = valueFrom?.fieldRef?.fieldPath;
    known[name] = valueFrom === undefined ? expand(value, known) : required(fields[path ?? ""], `${name} from ${path}`);
  }
  return known;
}

/** `$(NAME)` becomes the variable's value, and stays where there is no such variable; `$$` becomes `$`. */
function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name?: string) =>
    name === undefined ? "$" : (env[name] ?? whole),
  );
}

function mountsOf({ spec }: V1Pod, { volumeMounts = [] }: V1Container): ContainerDefinition["mounts"] {
  return volumeMounts.map(({ name, mountPath, subPath, readOnly }) => {
    if (subPath !== undefined || readOnly) throw new Error(`the way of mounting ${mountPath} isn't translated`);
    const volume = spec?.volumes?.find((each) => each.name === name);
    return { claim: required(volume?.persistentVolumeClaim?.claimName, `the claim of ${name}`), path: mountPath };
  });
}

function probeOf({ ports }: V1Container, probe: V1Probe | undefined): HttpProbe {
  const { port, path = "/" }: Partial<V1HTTPGetAction> = probe?.httpGet ?? {};
  const number = typeof port === "number" ? port : ports?.find(({ name }) => name === port)?.containerPort;
  const timeoutMs = (probe?.timeoutSeconds ?? 1) * 1000;
  return { port: required(number, `the port ${port} of a probe`), path, timeoutMs };
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} isn't there, or not translated`);
  return value;
}
