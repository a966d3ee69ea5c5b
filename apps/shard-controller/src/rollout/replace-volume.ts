import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { annotations } from "@multigres/api-types";
import { type Deletion, deletionOf, kinds } from "@multigres/controller-kit";
import { dataClaimName } from "../pool-origin.ts";
import type { WantedPool } from "../pools.ts";
import { unsettled } from "./obstacles.ts";
import type { PodView, ShardView } from "./shard-view.ts";
import type { Step } from "./step.ts";

/** A pod that can't follow from its volume, and the volume, which a person wants replaced by an empty one. */
export interface LaggingVolume {
  readonly claim: V1PersistentVolumeClaim;
  readonly pod: PodView;
}

/** Whether a person has asked for it. */
export function isToBeReplaced({ metadata }: V1PersistentVolumeClaim): boolean {
  return metadata?.annotations?.[annotations.replaceVolume] === "true";
}

/**
 * The volume that may be replaced now: of a pod that has been ready for long without following, while the primary and all others
 * do their part and nothing else is done with pods. The annotation on any other volume waits, and never hurts.
 */
export function laggingVolume(
  claims: readonly V1PersistentVolumeClaim[],
  pools: readonly WantedPool[],
  view: ShardView,
  step: Step,
  now: Date,
): LaggingVolume | undefined {
  const { roles, held } = view;
  if (held !== undefined || roles.state !== "read" || roles.primary === undefined || roles.cohort === undefined)
    return undefined;
  if (step.do !== "nothing" && step.do !== "wait") return undefined;
  const asked = new Map(claims.filter(isToBeReplaced).map((claim) => [claim.metadata?.name, claim]));
  const wanted = new Set(pools.map(({ name }) => name));
  for (const pod of view.pods) {
    const claim = asked.get(dataClaimName(pod.pool, pod.ordinal));
    if (claim === undefined || !wanted.has(pod.pool) || !pod.lagging || pod.name === roles.primary.podName) continue;
    const others = view.pods.filter(({ name }) => name !== pod.name);
    if (others.some(({ leaving }) => leaving) || unsettled(view, others, now)) continue;
    return { claim, pod };
  }
  return undefined;
}

/** The claim waits for its pod, and the StatefulSet makes both again. */
export function volumeReplacement({ claim, pod }: LaggingVolume): Deletion[] {
  const because = `its pod doesn't follow the primary from it, and the annotation ${annotations.replaceVolume} is set. A new one is restored from a fresh backup.`;
  const { namespace } = claim.metadata ?? {};
  return [
    deletionOf(kinds.PersistentVolumeClaim, claim, because),
    deletionOf(kinds.Pod, { metadata: { namespace, name: pod.name, uid: pod.uid } }),
  ];
}
