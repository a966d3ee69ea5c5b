import type { ClusterName } from "./control.ts";
import type { SeenPod, SimulatedShard } from "./simulated-shard.ts";

/** What the stand-in looks at in a pod, as the API server shows it. */
export interface PodOfPool {
  readonly metadata?: {
    readonly name?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: unknown;
  };
  readonly spec?: { readonly containers: readonly { readonly name: string; readonly args?: readonly string[] }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** The pool pods of a cluster at this moment. `labelSelector` finds them in its namespace. */
export type PodSource = (cluster: ClusterName, labelSelector: string) => Promise<readonly PodOfPool[]>;

/** Undefined: its arguments don't name a pooler, or the kubelet couldn't fill them in. */
export function seenPod(pod: PodOfPool): { key: SimulatedShard["key"]; pod: SeenPod } | undefined {
  const args = pod.spec?.containers.find(({ name }) => name === "multipooler")?.args ?? [];
  const flag = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const index = pod.metadata?.labels?.["apps.kubernetes.io/pod-index"];
  const [cell, database, tableGroup, shard] = ["cell", "database", "table-group", "shard"].map(flag);
  const serviceId = flag("service-id");
  if (!cell || !database || !tableGroup || !shard || !serviceId || index === undefined) return undefined;
  const isReady = pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  return {
    key: { database, tableGroup, shard },
    pod: {
      podName: pod.metadata?.name ?? "",
      uid: pod.metadata?.uid ?? "",
      cell,
      name: serviceId.replace("$(POD_INDEX)", index),
      ready: isReady && pod.metadata?.deletionTimestamp === undefined,
    },
  };
}
