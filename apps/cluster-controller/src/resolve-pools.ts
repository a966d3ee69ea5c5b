import {
  type DatabaseDefinition,
  type MultigresCluster,
  type ResolvedPool,
  type ShardTemplate,
  shardTemplate,
  type TableGroup,
} from "@multigres/api-types";
import { resolvePools } from "@multigres/merge-engine";
import { reasons } from "@multigres/status-kit";

/** Why a database's pools can't be told; its message says what to do. */
export interface PoolsProblem {
  readonly reason: typeof reasons.templateNotFound | typeof reasons.templateInvalid;
  readonly message: string;
}

/** `held`: the database's TableGroup, if there is one, stays exactly as it is. */
export type PoolsResolution =
  | { readonly state: "resolved"; readonly pools: readonly ResolvedPool[] }
  | { readonly state: "held"; readonly problem: PoolsProblem };

export function resolveDatabasePools(
  cluster: MultigresCluster,
  { name, spec }: DatabaseDefinition,
  templates: ReadonlyMap<string, ShardTemplate>,
  existing: TableGroup | undefined,
): PoolsResolution {
  const held = (reason: PoolsProblem["reason"], cause: string): PoolsResolution => ({
    state: "held",
    problem: {
      reason,
      message: `Database ${name} is held back: ${cause}${existing ? `. TableGroup ${existing.metadata.name} stays as it is until then` : ""}`,
    },
  });

  const reference = spec.shardTemplateRef;
  if (reference === undefined) {
    const pools = resolvePools({ pools: spec.pools ?? [] });
    const fault = faultOf(pools, cluster);
    return fault === undefined
      ? { state: "resolved", pools }
      : held(
          reasons.templateInvalid,
          `its pools ${fault}; correct spec.pools of the database or add the cell to spec.cells`,
        );
  }

  const found = templates.get(reference);
  if (found === undefined) {
    return held(
      reasons.templateNotFound,
      `ShardTemplate ${reference} doesn't exist in namespace ${cluster.metadata.namespace}; create it or correct shardTemplateRef`,
    );
  }
  const parsed = shardTemplate.safeParse(found);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return held(
      reasons.templateInvalid,
      `ShardTemplate ${reference} is malformed at ${issue?.path.join(".")}: ${issue?.message}; correct it`,
    );
  }
  const pools = resolvePools({ template: found.spec.pools, overrides: spec.overrides });
  const fault = faultOf(pools, cluster);
  return fault === undefined
    ? { state: "resolved", pools }
    : held(
        reasons.templateInvalid,
        `ShardTemplate ${reference} and the database's overrides together ${fault}; correct them or add the cell to spec.cells`,
      );
}

function faultOf(pools: readonly ResolvedPool[], cluster: MultigresCluster): string | undefined {
  if (pools.length === 0) return "are empty";
  const cells = new Set(cluster.spec.cells.map((cell) => cell.name));
  const undefinedCells = new Set(pools.map((pool) => pool.cell).filter((cell) => !cells.has(cell)));
  return undefinedCells.size === 0
    ? undefined
    : `name cells that spec.cells doesn't define: ${[...undefinedCells].sort().join(", ")}`;
}
