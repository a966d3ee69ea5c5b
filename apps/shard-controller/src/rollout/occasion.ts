import type { V1PersistentVolumeClaim, V1StatefulSet } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import { names } from "@multigres/workload-kit";
import { poolIdentity } from "../resources/identity.ts";
import { isToBeReplaced } from "./replace-volume.ts";

/** Pods that are added, or a volume that is replaced by an empty one. */
export type BackupPurpose = "growth" | "replacement";

/** What a fresh backup is for; for another occasion another backup is made. */
export interface BackupOccasion {
  readonly purpose: BackupPurpose;
  /** Tells one occasion from another. */
  readonly text: string;
}

/** Undefined: no backup is needed. Growing comes first. */
export function backupOccasion(
  shard: Shard,
  statefulSets: readonly V1StatefulSet[],
  claims: readonly V1PersistentVolumeClaim[],
): BackupOccasion | undefined {
  const growing = growingPools(shard, statefulSets);
  if (growing.length > 0) return { purpose: "growth", text: growing.sort().join(", ") };
  const replaced = claims.filter(isToBeReplaced).map(({ metadata }) => metadata?.uid ?? "");
  if (replaced.length > 0) return { purpose: "replacement", text: `volumes ${replaced.sort().join(", ")}` };
  return undefined;
}

function growingPools({ spec }: Shard, statefulSets: readonly V1StatefulSet[]): string[] {
  return spec.pools.flatMap((pool) => {
    const name = names.pool(poolIdentity(spec, pool));
    const live = statefulSets.find(({ metadata }) => metadata?.name === name)?.spec?.replicas ?? 0;
    return live < pool.replicas ? [`${name} from ${live} to ${pool.replicas}`] : [];
  });
}
