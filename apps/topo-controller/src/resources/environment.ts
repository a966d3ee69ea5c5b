import type { V1EnvVar } from "@kubernetes/client-node";
import type { TopoServer } from "@multigres/api-types";
import { downwardEnv, names } from "@multigres/workload-kit";
import { ports } from "../etcd.ts";

export const dataMountPath = "/var/lib/etcd";

/** etcd's settings. Membership is static: every member is told all of them, by names that outlive pods. */
export function environment({ metadata, spec }: TopoServer): V1EnvVar[] {
  const peers = names.topoServerPeerService(metadata.name);
  const own = `$(POD_NAME).${peers}.$(POD_NAMESPACE).svc`;
  const members = Array.from({ length: spec.replicas }, (_, ordinal) => `${metadata.name}-${ordinal}`);
  return [
    downwardEnv.podName,
    downwardEnv.podNamespace,
    { name: "ETCD_NAME", value: "$(POD_NAME)" },
    // Below the mount point: fsGroup makes that one group-writable, and etcd wants its folder to be 0700.
    { name: "ETCD_DATA_DIR", value: `${dataMountPath}/data` },
    { name: "ETCD_LISTEN_CLIENT_URLS", value: `http://0.0.0.0:${ports.client}` },
    { name: "ETCD_LISTEN_PEER_URLS", value: `http://0.0.0.0:${ports.peer}` },
    { name: "ETCD_LISTEN_METRICS_URLS", value: `http://0.0.0.0:${ports.metrics}` },
    { name: "ETCD_ADVERTISE_CLIENT_URLS", value: `http://${own}:${ports.client}` },
    { name: "ETCD_INITIAL_ADVERTISE_PEER_URLS", value: `http://${own}:${ports.peer}` },
    {
      name: "ETCD_INITIAL_CLUSTER",
      value: members
        .map((member) => `${member}=http://${member}.${peers}.${metadata.namespace}.svc:${ports.peer}`)
        .join(","),
    },
    { name: "ETCD_INITIAL_CLUSTER_STATE", value: "new" },
    { name: "ETCD_INITIAL_CLUSTER_TOKEN", value: metadata.name },
  ];
}
