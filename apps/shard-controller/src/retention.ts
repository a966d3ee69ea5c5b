import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { annotations, labels, type Shard } from "@multigres/api-types";
import {
  type Deletion,
  type DesiredObject,
  deletionOf,
  kinds,
  patched,
  volumesGoWithCluster,
} from "@multigres/controller-kit";
import { dataClaimName, type RemovedPool, type WantedPool } from "./pools.ts";
import type { Step } from "./rollout/step.ts";
import { names } from "@multigres/workload-kit";
import { poolIdentity } from "./resources/identity.ts";

/** What becomes of volumes that aren't used any more, where the user said Delete. Otherwise: nothing. */
export interface Retention {
  readonly objects: readonly DesiredObject[];
  readonly deletions: readonly Deletion[];
}

/**
 * A volume whose replica is being removed is marked first, under a policy that says Delete at that time, and deleted when its
 * pod is gone. So a volume that was kept before, under another policy, is never taken for one of these.
 */
export function retention({
  shard,
  claims,
  wanted,
  removed,
  step,
}: {
  readonly shard: Shard;
  readonly claims: readonly V1PersistentVolumeClaim[];
  readonly wanted: readonly WantedPool[];
  readonly removed: readonly RemovedPool[];
  readonly step: Step;
}): Retention {
  const { whenScaled = "Retain", whenDeleted = "Retain" } = shard.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const goes = (pool: string) => (wanted.some(({ name }) => name === pool) ? whenScaled : whenDeleted) === "Delete";
  const isMarked = ({ metadata }: V1PersistentVolumeClaim) =>
    metadata?.annotations?.[annotations.scaledAway] === "true";
  const leaving =
    step.do === "remove" && goes(step.pod.pool)
      ? claims.filter(({ metadata }) => metadata?.name === dataClaimName(step.pod.pool, step.pod.ordinal))
      : [];
  const marked = claims.filter(isMarked).map((claim) => ({ claim, fate: fateOf(claim) }));
  return {
    objects: [
      ...leaving.map((claim) => marking(claim, "true")),
      ...marked.filter(({ fate }) => fate === "stays").map(({ claim }) => marking(claim, null)),
      ...volumesGoWithCluster(claims, shard.spec.cluster, whenDeleted === "Delete"),
    ],
    deletions: marked
      .filter(({ fate }) => fate === "goes")
      .map(({ claim }) =>
        deletionOf(
          kinds.PersistentVolumeClaim,
          claim,
          "its replica was removed, and persistentVolumeClaimRetentionPolicy says Delete.",
        ),
      ),
  };

  function fateOf(claim: V1PersistentVolumeClaim): "stays" | "waits" | "goes" {
    const place = placeOf(shard, claim);
    if (place === undefined || !goes(place.pool)) return "stays";
    const pool = wanted.find(({ name }) => name === place.pool);
    if (pool && place.ordinal < pool.pool.replicas) return "stays";
    const { live, pods } = pool ?? removed.find(({ name }) => name === place.pool) ?? { live: undefined, pods: [] };
    const isUsed = pods.some(({ ordinal }) => ordinal === place.ordinal) || place.ordinal < (live?.spec?.replicas ?? 0);
    return isUsed ? "waits" : "goes";
  }
}

/** Which pool and ordinal a claim is of, by its labels and its name; undefined: none that this shard has made. */
function placeOf(
  { spec }: Shard,
  { metadata }: V1PersistentVolumeClaim,
): { pool: string; ordinal: number } | undefined {
  const type = metadata?.labels?.[labels.poolType];
  const cell = metadata?.labels?.[labels.cell];
  const ordinal = /-(\d{1,4})$/.exec(metadata?.name ?? "")?.[1];
  if (cell === undefined || ordinal === undefined || (type !== "replica" && type !== "readOnly")) return undefined;
  const pool = names.pool(poolIdentity(spec, { type, cell }));
  return dataClaimName(pool, Number(ordinal)) === metadata?.name ? { pool, ordinal: Number(ordinal) } : undefined;
}

function marking({ metadata }: V1PersistentVolumeClaim, value: "true" | null): DesiredObject {
  const { namespace, name, uid } = metadata ?? {};
  // null takes the annotation away.
  const marks = { [annotations.scaledAway]: value } as Record<string, string>;
  return patched(kinds.PersistentVolumeClaim, { metadata: { namespace, name, uid, annotations: marks } });
}
