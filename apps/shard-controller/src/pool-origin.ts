import { labels, type ShardSpec } from "@multigres/api-types";
import type { KubernetesObject } from "@multigres/controller-kit";
import { names, type PoolIdentity } from "@multigres/workload-kit";
import { shardIdentity } from "./resources/identity.ts";

/** The place in a shard that a pod or a data volume was made for; its pool needn't be in the spec any more. */
export interface PoolOrigin {
  readonly identity: PoolIdentity;
  /** Of the pool's StatefulSet. */
  readonly pool: string;
  readonly ordinal: number;
}

/** Undefined: not a pod that a pool of this shard has made. */
export function originOfPod(spec: ShardSpec, pod: KubernetesObject): PoolOrigin | undefined {
  return originOf(spec, pod, (pool) => pool);
}

/** Undefined: not a data volume that a pool of this shard has made. */
export function originOfClaim(spec: ShardSpec, claim: KubernetesObject): PoolOrigin | undefined {
  return originOf(spec, claim, names.dataClaim);
}

/** By labels, which say of which pool, and by the name that such an object of that pool has. */
function originOf(
  spec: ShardSpec,
  { metadata }: KubernetesObject,
  baseOf: (pool: string) => string,
): PoolOrigin | undefined {
  const type = metadata?.labels?.[labels.poolType];
  // Cells' names are always legal as label values, so this one is the name itself.
  const cell = metadata?.labels?.[labels.cell];
  if (type === undefined || cell === undefined) return undefined;
  const identity = { ...shardIdentity(spec), type, cell };
  const pool = names.pool(identity);
  const ordinal = ordinalAfter(baseOf(pool), metadata?.name);
  return ordinal === undefined ? undefined : { identity, pool, ordinal };
}

/** By name alone, which nobody can change; undefined: not a pod of this pool. */
export function ordinalOfPod(pool: string, { metadata }: KubernetesObject): number | undefined {
  return ordinalAfter(pool, metadata?.name);
}

/** Name of the data volume of a pod. */
export function dataClaimName(pool: string, ordinal: number): string {
  return names.dataClaim(`${pool}-${ordinal}`);
}

function ordinalAfter(base: string, name = ""): number | undefined {
  if (!name.startsWith(`${base}-`)) return undefined;
  const text = name.slice(base.length + 1);
  return /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined;
}
