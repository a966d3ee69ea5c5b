import type {
  V1EnvVar,
  V1PodSecurityContext,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Probe,
  V1SecurityContext,
} from "@kubernetes/client-node";
import type { Placement } from "@multigres/api-types";
import { objectLabels } from "../labels.ts";

/** User ids, as the images have them. No component runs as 0: every Multigres binary refuses to. */
export const userIds = { multigres: 65532, etcd: 1000, postgres: 999 } as const;

/** Pod security for a user that also owns the pod's volumes; passes Pod Security `restricted`. */
export function podSecurityContext(uid: number): V1PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: uid,
    fsGroup: uid,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

export const containerSecurityContext: V1SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Values of the downward API that arguments refer to as `$(NAME)`. They must come first in a container's env. */
export const downwardEnv = {
  podName: { name: "POD_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
  podNamespace: {
    name: "POD_NAMESPACE",
    valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } },
  },
  podIP: { name: "POD_IP", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } } },
  /** Ordinal of a StatefulSet's pod. */
  podIndex: {
    name: "POD_INDEX",
    valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
  },
} as const satisfies Record<string, V1EnvVar>;

export function httpProbe(path: string, port: string | number, timing: Omit<V1Probe, "httpGet"> = {}): V1Probe {
  return { httpGet: { path, port }, ...timing };
}

/** `--name=value` arguments in the given order; undefined values are left out. */
export function flags(values: Readonly<Record<string, string | number | undefined>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
}

/** Where a cell's pods may run. A cell without zone and region runs anywhere. */
export function cellNodeSelector(cell: { zone?: string; region?: string } | undefined): Record<string, string> {
  if (cell?.zone !== undefined) return { "topology.kubernetes.io/zone": cell.zone };
  if (cell?.region !== undefined) return { "topology.kubernetes.io/region": cell.region };
  return {};
}

export interface PodTemplateOptions {
  /** Identity labels; they win over the user's `podLabels`. */
  readonly identity: Record<string, string>;
  readonly placement: Placement;
  /** Added to the user's nodeSelector and winning over it. */
  readonly nodeSelector?: Record<string, string>;
  readonly imagePullSecrets?: readonly { name: string }[];
  readonly spec: Pick<V1PodSpec, keyof V1PodSpec>;
}

/**
 * A pod template with the user's placement and metadata applied around ours. No pod of ours calls the API server, and
 * the variables that Kubernetes would add for each Service of the namespace could be taken for settings: Multigres reads
 * its settings from the environment too.
 */
export function podTemplate({
  identity,
  placement,
  nodeSelector,
  imagePullSecrets,
  spec,
}: PodTemplateOptions): V1PodTemplateSpec {
  const selector = { ...placement.nodeSelector, ...nodeSelector };
  return {
    metadata: {
      labels: { ...placement.podLabels, ...objectLabels(identity) },
      ...(placement.podAnnotations && Object.keys(placement.podAnnotations).length > 0
        ? { annotations: placement.podAnnotations }
        : {}),
    },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...spec,
      ...(Object.keys(selector).length > 0 ? { nodeSelector: selector } : {}),
      ...(placement.affinity ? { affinity: placement.affinity } : {}),
      ...(placement.tolerations ? { tolerations: placement.tolerations } : {}),
      ...(placement.topologySpreadConstraints
        ? { topologySpreadConstraints: placement.topologySpreadConstraints }
        : {}),
      ...(placement.priorityClassName ? { priorityClassName: placement.priorityClassName } : {}),
      ...(imagePullSecrets && imagePullSecrets.length > 0 ? { imagePullSecrets: [...imagePullSecrets] } : {}),
    },
  };
}
