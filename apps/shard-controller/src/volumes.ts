import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import {
  type DesiredObject,
  type Deletion,
  deletionOf,
  kinds,
  patched,
  type WriteFailure,
} from "@multigres/controller-kit";
import type { VolumeSizes } from "@multigres/status-kit";
import type { VolumeGrowth } from "@multigres/workload-kit";
import type { WantedPool } from "./pools.ts";

/** Asks each volume that needs it for its new size. */
export function resizes({ target, resize }: VolumeGrowth): DesiredObject[] {
  return resize.map(({ metadata }) =>
    patched(kinds.PersistentVolumeClaim, {
      metadata: { namespace: metadata?.namespace, name: metadata?.name, uid: metadata?.uid },
      spec: { resources: { requests: { storage: target } } },
    } as V1PersistentVolumeClaim),
  );
}

/** The StatefulSet goes without its pods, and is made again with the new template, which takes them over. */
export function replacedStatefulSet({ live, volumes }: WantedPool): Deletion[] {
  if (!volumes.replaceStatefulSet || live === undefined) return [];
  const because = `its volumes are ${volumes.target} now, and a StatefulSet's template of them can't change. Its pods stay and are taken over by the next one.`;
  return [{ ...deletionOf(kinds.StatefulSet, live, because), propagationPolicy: "Orphan" }];
}

/** How far a pool's volumes are, and which of their writes were refused. */
export function volumeSizes(
  of: string,
  field: string,
  growth: VolumeGrowth,
  failures: readonly WriteFailure[],
): VolumeSizes {
  const { target, actual, notApplied, pending, replaceStatefulSet, refusals } = growth;
  return {
    of,
    field,
    target,
    actual,
    ...(notApplied !== undefined && { notApplied }),
    pending,
    replacing: replaceStatefulSet,
    refusals: [...refusals, ...refusedResizes(growth, failures).map(({ message }) => message)],
  };
}

/** The API server's refusals to resize; they are told as such and not as failed writes. */
export function refusedResizes({ resize }: VolumeGrowth, failures: readonly WriteFailure[]): WriteFailure[] {
  const names = new Set(resize.map(({ metadata }) => metadata?.name));
  return failures.filter(
    ({ ref, reason }) =>
      ref.kind === kinds.PersistentVolumeClaim.kind &&
      names.has(ref.name) &&
      (reason === "Forbidden" || reason === "Invalid"),
  );
}
