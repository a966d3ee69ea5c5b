import type { KeyValue } from "../etcd/kv.ts";
import type { Keys } from "../keys.ts";
import { type Claim, decodeClaim, encodeClaim, isSameOwner } from "./owner.ts";

/** The claims found under one root. */
export interface FoundClaims {
  readonly global: KeyValue | undefined;
  readonly cell: KeyValue | undefined;
}

/** The root belongs to another cluster or cell, or the record was written by somebody else. Nothing was changed. */
export interface Foreign {
  readonly result: "foreign";
  /** The key that shows it. */
  readonly key: string;
  /** Who wrote that key; undefined when it wasn't this operator. */
  readonly claim: Claim | undefined;
  /** For a condition: what is the matter and what a person can do. */
  readonly message: string;
}

export type ClaimDecision =
  | { readonly kind: "held" }
  /** Nobody has it, or what is noted there is out of date. */
  | { readonly kind: "take"; readonly put: { readonly key: string; readonly value: Uint8Array } }
  | { readonly kind: "foreign"; readonly foreign: Foreign };

/**
 * Whether `wanted` may write under this root. One root has one cluster; as a cell's own topology it also has one cell,
 * which may be of the cluster whose global topology is at the same root.
 */
export function decideClaim(found: FoundClaims, wanted: Claim, keys: Keys): ClaimDecision {
  const foreign = foreignClaim(found, wanted, keys);
  if (foreign !== undefined) return { kind: "foreign", foreign };
  const [key, current] =
    wanted.cell === undefined ? [keys.globalClaim(), found.global] : [keys.cellClaim(), found.cell];
  const value = encodeClaim(wanted);
  if (current !== undefined && Buffer.compare(current.value, value) === 0) return { kind: "held" };
  return { kind: "take", put: { key, value } };
}

/** The claim that keeps `wanted` from this root, if there is one. */
export function foreignClaim(found: FoundClaims, wanted: Claim, keys: Keys): Foreign | undefined {
  for (const [key, current] of [
    [keys.globalClaim(), found.global],
    [keys.cellClaim(), found.cell],
  ] as const) {
    if (current === undefined) continue;
    const claim = decodeClaim(current.value);
    if (claim === undefined || !isSameOwner(claim.owner, wanted.owner)) return claimedBy(key, claim);
    if (claim.cell !== undefined && wanted.cell !== undefined && claim.cell !== wanted.cell) {
      return claimedBy(key, claim);
    }
  }
  return undefined;
}

function claimedBy(key: string, claim: Claim | undefined): Foreign {
  const root = key.slice(0, key.indexOf("/multigres-operator/"));
  const user = claim === undefined ? "something else" : describe(claim);
  return {
    result: "foreign",
    key,
    claim,
    message: `Root path ${root} in etcd is in use by ${user}: choose another root path, or, if that is gone, delete all keys under ${root}/`,
  };
}

function describe({ owner, cell }: Claim): string {
  const cluster = `MultigresCluster ${owner.namespace}/${owner.name} (uid ${owner.uid})`;
  return cell === undefined ? cluster : `cell ${cell} of ${cluster}`;
}
