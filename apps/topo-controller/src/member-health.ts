import { podHealth, statefulSetHealth, type WorkloadHealth } from "@multigres/status-kit";
import { quorumOf } from "./etcd.ts";
import { withoutLogs } from "./member-trouble.ts";
import type { ObservedTopoServer } from "./observe.ts";

/** Members serve also while their StatefulSet is away or being made again. */
export function memberHealth({ topoServer, statefulSet, pods }: ObservedTopoServer): WorkloadHealth {
  const { name } = topoServer.metadata;
  const { replicas } = topoServer.spec;
  const required = quorumOf(replicas);
  const health = statefulSetHealth({ name, replicas, required }, statefulSet, withoutLogs(pods));
  if (statefulSet !== undefined && statefulSet.metadata?.deletionTimestamp === undefined) return health;
  const ready = pods.filter((pod) => podHealth(pod).ready).length;
  return ready >= required ? { ...health, ready, available: "True" } : health;
}
