import type { Pool, ResolvedPool } from "@multigres/api-types";
import { applyDefaults } from "./apply-defaults.ts";
import { canonical } from "./canonical.ts";
import { defaults } from "./defaults.ts";
import { mergePatch } from "./merge-patch.ts";

/** Where a database's pools come from: its own list, or a ShardTemplate's with overrides. */
export type PoolSource =
  | { readonly pools: readonly Pool[] }
  | { readonly template: readonly Pool[]; readonly overrides?: readonly Pool[] };

/**
 * The pools of a shard, complete. An override is merged onto the template's pool of the same `(type, cell)` by
 * `mergePatch`, or added if there is none; then `defaults.pool` fills in what nobody said. The result is canonical and
 * sorted by type and cell, so that the order and spelling of manifests don't matter.
 */
export function resolvePools(source: PoolSource): ResolvedPool[] {
  const pools = "pools" in source ? source.pools : [...source.template, ...(source.overrides ?? [])];
  const merged = new Map<string, Pool>();
  for (const pool of pools) {
    const key = JSON.stringify([pool.type, pool.cell]);
    const base = merged.get(key);
    merged.set(key, base ? mergePatch<Pool>(base, pool) : pool);
  }
  return [...merged.values()]
    .map((pool): ResolvedPool => canonical(applyDefaults(defaults.pool, pool) as ResolvedPool))
    .sort((a, b) => compare(a.type, b.type) || compare(a.cell, b.cell));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
