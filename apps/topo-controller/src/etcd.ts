import { etcdClientPort } from "@multigres/workload-kit";

/** Ports of an etcd member, by name. */
export const ports = { client: etcdClientPort, peer: 2380, metrics: 2381 } as const;

export const containerName = "etcd";

/** Members that must be ready for etcd to answer. */
export function quorumOf(members: number): number {
  return Math.floor(members / 2) + 1;
}
