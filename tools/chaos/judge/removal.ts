import { poolKey } from "../expectation/wanted.ts";
import { type Fact, isDeletion, isOperator, labelNames, statefulSetController } from "./facts.ts";
import { replicasOf, type ShardName, type World } from "./world.ts";

/** A pool pod that the operator took: by its own deletion, or by a StatefulSet's replicas. */
export interface Removal {
  readonly namespace: string;
  readonly podName: string;
  readonly shard: ShardName;
  /** When the operator asked for it. */
  readonly decidedAt: number;
}

/** Whatever is seen by watch is seen a little later than by the controllers. */
export const watchDelayMs = 3_000;
/** How long a changed spec may take to become known everywhere. */
const specDelayMs = 30_000;

/** Undefined: the fact is something else. */
export function removalOf(fact: Fact, world: World): Removal | undefined {
  if (fact.fact !== "request") return undefined;
  const { request } = fact;
  const { resource, subresource, namespace, name: podName, receivedAt } = request;
  if (resource !== "pods" || subresource !== "" || !isDeletion(request)) return undefined;
  const found = world.poolOf(namespace, podName);
  if (found === undefined) return undefined;
  const { labels, name } = found.pool;
  const shard = { namespace, cluster: labels[labelNames.cluster] ?? "", database: labels[labelNames.database] ?? "" };
  if (isOperator(request)) return { namespace, podName, shard, decidedAt: receivedAt };
  if (request.user !== statefulSetController) return undefined;
  const decidedAt = world.lastOperatorWrite("statefulsets", namespace, name, receivedAt);
  return decidedAt === undefined ? undefined : { namespace, podName, shard, decidedAt };
}

/** Undefined: the fact is something else, or took a pod that didn't run, which is no loss. */
export function removalOfReadyPod(fact: Fact, world: World): Removal | undefined {
  const removal = removalOf(fact, world);
  if (removal === undefined) return undefined;
  const { namespace, podName, decidedAt } = removal;
  return world.pod(namespace, podName)?.wasReady(decidedAt, 1_000) ? removal : undefined;
}

/** The shard's other pods that were to stay and weren't ready when one was taken. */
export function unreadyOthers({ namespace, podName, shard, decidedAt }: Removal, world: World) {
  return keptPods(shard, decidedAt, world).flatMap((name) => {
    const life = world.pod(namespace, name);
    return name === podName || life === undefined || life.wasReady(decidedAt) ? [] : [{ name, life }];
  });
}

/** Names of a shard's pods that were to stay at a time, as StatefulSets and specs had it for a while. */
export function keptPods(shard: ShardName, time: number, world: World): readonly string[] {
  const specs = world.specs.during(shard.namespace, shard.cluster, time - specDelayMs, time + watchDelayMs);
  return world.poolsOf(shard).flatMap((pool) => {
    const key = poolKey({ type: pool.labels[labelNames.poolType] ?? "", cell: pool.labels[labelNames.cell] ?? "" });
    const wanted = specs.map(({ databases }) => databases.get(shard.database)?.get(key)?.replicas ?? 0);
    const replicas = Math.min(replicasOf(pool, time - watchDelayMs, time + watchDelayMs), ...wanted);
    return Array.from({ length: replicas }, (_, ordinal) => `${pool.name}-${ordinal}`);
  });
}
