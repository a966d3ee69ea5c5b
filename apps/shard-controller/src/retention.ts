import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { annotations, type Shard } from "@multigres/api-types";
import {
  type Deletion,
  type DesiredObject,
  deletionOf,
  kinds,
  patched,
  volumesGoWithCluster,
} from "@multigres/controller-kit";
import { dataClaimName, originOfClaim } from "./pool-origin.ts";
import type { WantedPool } from "./pools.ts";
import type { RemovedPool } from "./removed-pools.ts";
import type { Step } from "./rollout/step.ts";

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
    const origin = originOfClaim(shard.spec, claim);
    if (origin === undefined || !goes(origin.pool)) return "stays";
    const pool = wanted.find(({ name }) => name === origin.pool);
    if (pool && origin.ordinal < pool.pool.replicas) return "stays";
    const { live, pods } = pool ?? removed.find(({ name }) => name === origin.pool) ?? { live: undefined, pods: [] };
    const isUsed =
      pods.some(({ ordinal }) => ordinal === origin.ordinal) || origin.ordinal < (live?.spec?.replicas ?? 0);
    return isUsed ? "waits" : "goes";
  }
}

function marking({ metadata }: V1PersistentVolumeClaim, value: "true" | null): DesiredObject {
  const { namespace, name, uid } = metadata ?? {};
  // null takes the annotation away.
  const marks = { [annotations.scaledAway]: value } as Record<string, string>;
  return patched(kinds.PersistentVolumeClaim, { metadata: { namespace, name, uid, annotations: marks } });
}
