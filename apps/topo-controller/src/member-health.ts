import { podHealth, statefulSetHealth, type WorkloadHealth } from "@multigres/status-kit";
import { quorumOf } from "./etcd.ts";
import { withoutLogs } from "./member-trouble.ts";
import type { ObservedTopoServer } from "./observe.ts";

/** Members serve also while their StatefulSet is away or being made again, and it counts them a moment later. */
export function memberHealth({ topoServer, statefulSet, pods }: ObservedTopoServer): WorkloadHealth {
  const { name } = topoServer.metadata;
  const { replicas } = topoServer.spec;
  const required = quorumOf(replicas);
  const health = statefulSetHealth({ name, replicas, required }, statefulSet, withoutLogs(pods));
  const isLeaving = statefulSet?.metadata?.deletionTimestamp !== undefined;
  if (health.available !== "False" && !isLeaving) return health;
  const ready = pods.filter((pod) => podHealth(pod).ready).length;
  return ready >= required ? { ...health, ready, available: "True" } : health;
}
