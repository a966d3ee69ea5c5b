import { keptReplicas } from "./kept-replicas.ts";
import type { PoolView, ShardView } from "./shard-view.ts";
import type { Step } from "./step.ts";

export interface PoolReplicas {
  readonly pool: string;
  /** What its StatefulSet is to have now. */
  readonly replicas: number;
  /** Wanted are fewer, and no more may go: the durability policy needs them. */
  readonly heldByQuorum: number;
}

/**
 * Replicas of each pool's StatefulSet. They grow at once, unless `growing` says to wait, and shrink with the steps, one pod at
 * a time; ordinals that nobody occupies cost nothing and go at once.
 */
export function poolReplicas(view: ShardView, step: Step, growing: "now" | "later"): readonly PoolReplicas[] {
  const kept = keptReplicas(view.policy, view.pools);
  return view.pools.map((pool) => {
    const keep = kept.get(pool.name) ?? 0;
    const replicas = keep > pool.live ? grown(pool, keep, growing) : shrunk(view, pool, keep, step);
    return { pool: pool.name, replicas, heldByQuorum: keep - pool.wanted };
  });
}

function grown({ live }: PoolView, keep: number, growing: "now" | "later"): number {
  return growing === "later" && live > 0 ? live : keep;
}

function shrunk({ pods, held }: ShardView, { name, live }: PoolView, keep: number, step: Step): number {
  if (held !== undefined) return live;
  const staying = pods.filter((pod) => pod.pool === name && !pod.leaving && !isRemoved(step, pod.uid));
  const occupied = Math.max(0, ...staying.map(({ ordinal }) => ordinal + 1));
  return Math.min(live, Math.max(keep, occupied));
}

function isRemoved(step: Step, uid: string): boolean {
  return step.do === "remove" && step.pod.uid === uid;
}
