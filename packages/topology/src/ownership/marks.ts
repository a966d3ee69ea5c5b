import type { KeyValue } from "../etcd/kv.ts";
import type { Foreign } from "./claims.ts";
import { decodeClaim, isSameOwner, type Owner } from "./owner.ts";

/**
 * Records have no field for an owner, so each one that we write has a mark beside it, written in the same transaction.
 * A record is ours if the mark is ours and the record already existed when the mark was last written: edits by others
 * don't change that, deleting it and writing it anew does.
 */
export function isOurRecord(record: KeyValue, mark: KeyValue | undefined, owner: Owner): boolean {
  return isOurMark(mark, owner) && record.createRevision <= mark.modRevision;
}

export function isOurMark(mark: KeyValue | undefined, owner: Owner): mark is KeyValue {
  const claim = mark && decodeClaim(mark.value);
  return claim !== undefined && isSameOwner(claim.owner, owner);
}

export function foreignRecord(record: KeyValue, mark: KeyValue | undefined): Foreign {
  const claim = mark && record.createRevision <= mark.modRevision ? decodeClaim(mark.value) : undefined;
  const writer = claim === undefined ? "someone else" : `MultigresCluster ${claim.owner.namespace}/${claim.owner.name}`;
  return {
    result: "foreign",
    key: record.key,
    claim,
    message: `Key ${record.key} in etcd was written by ${writer} and is left alone: delete it if nobody needs it`,
  };
}
