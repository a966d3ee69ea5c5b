import type { DurabilityPolicy } from "@multigres/api-types";
import { reachesQuorum } from "../quorum.ts";
import type { PoolView } from "./shard-view.ts";

/**
 * How many replicas of each pool stay, by its name: those that are wanted, and where these don't reach the quorum, so many
 * of those that are there that they do. A scale-down stops at the quorum.
 */
export function keptReplicas(policy: DurabilityPolicy, pools: readonly PoolView[]): ReadonlyMap<string, number> {
  const kept = new Map(pools.map(({ name, wanted }) => [name, wanted]));
  const reached = () =>
    reachesQuorum(
      policy,
      pools.map(({ name, cell }) => ({ cell, pods: kept.get(name) ?? 0 })),
    );
  const there = pools.map(({ name, cell, live }) => ({ cell, pods: Math.max(live, kept.get(name) ?? 0) }));
  // Pods that don't help are no reason to keep any.
  if (reached() || !reachesQuorum(policy, there)) return kept;
  while (!reached()) {
    const pool = helpful(policy, pools, kept);
    if (pool === undefined) break;
    kept.set(pool.name, (kept.get(pool.name) ?? 0) + 1);
  }
  return kept;
}

function helpful(
  policy: DurabilityPolicy,
  pools: readonly PoolView[],
  kept: ReadonlyMap<string, number>,
): PoolView | undefined {
  const spare = pools.filter(({ name, live }) => (kept.get(name) ?? 0) < live);
  const cells = new Set(pools.filter(({ name }) => (kept.get(name) ?? 0) > 0).map(({ cell }) => cell));
  // Pools of the spec before removed ones.
  const ranked = spare.toSorted((a, b) => Number(b.wanted > 0) - Number(a.wanted > 0));
  return policy === "AT_LEAST_2" ? ranked[0] : ranked.find(({ cell }) => !cells.has(cell));
}
