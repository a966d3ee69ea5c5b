import type { V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import type { TopologyReference } from "@multigres/api-types";

/** What a Multigres component needs to dial the global topology server. */
export interface TopologyClient {
  /** For `flags`. */
  readonly flags: Readonly<Record<string, string>>;
  /** Of the pod; empty without TLS. */
  readonly volumes: readonly V1Volume[];
  /** Of the component's container; empty without TLS. */
  readonly volumeMounts: readonly V1VolumeMount[];
}

const volumeName = "topo-tls";
const mountPath = "/etc/multigres/topo-tls";

/** Address, root and, where the reference names a Secret (`ca.crt`, `tls.crt`, `tls.key`), the files for TLS. */
export function topologyClient({ address, rootPath, tlsSecretRef }: TopologyReference): TopologyClient {
  const plain = { "topo-global-server-addresses": address, "topo-global-root": rootPath };
  if (!tlsSecretRef) return { flags: plain, volumes: [], volumeMounts: [] };
  return {
    flags: {
      ...plain,
      "topo-etcd-tls-ca": `${mountPath}/ca.crt`,
      "topo-etcd-tls-cert": `${mountPath}/tls.crt`,
      "topo-etcd-tls-key": `${mountPath}/tls.key`,
    },
    volumes: [{ name: volumeName, secret: { secretName: tlsSecretRef.name, defaultMode: 0o440 } }],
    volumeMounts: [{ name: volumeName, mountPath, readOnly: true }],
  };
}
