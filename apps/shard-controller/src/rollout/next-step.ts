import { reachesQuorum } from "../quorum.ts";
import { keptReplicas } from "./kept-replicas.ts";
import { comingBack, inFlight, rolesMissing, unsettled, wait } from "./obstacles.ts";
import type { PodView, ShardView } from "./shard-view.ts";
import type { Step, Wait } from "./step.ts";
import { switchOver } from "./switch-over.ts";

/**
 * Decides what happens next to a shard's pods, for every reason why one has to go: an outdated pod spec, fewer replicas, a
 * removed pool. One pod at a time over the whole shard:
 *
 * 1. those that don't run, and are outdated or surplus: nothing is lost with them, and a fix needs no help;
 * 2. outdated ones that are no followers;
 * 3. surplus ones, from the highest ordinal;
 * 4. outdated followers;
 * 5. the primary, after switching over.
 *
 * What serves is only taken while all others that are to stay do.
 */
export function nextStep(view: ShardView, now: Date): Step {
  const shard = facts(view);
  const candidates = view.pods.filter((pod) => !pod.leaving && (shard.isSurplus(pod) || pod.outdated));
  if (candidates.length === 0) return { do: "nothing" };
  if (view.held !== undefined) return wait(view.held);
  const underWay = inFlight(view, shard.kept);
  if (underWay) return underWay;

  const takeable = candidates.filter((pod) => !shard.isSurplus(pod) || shard.isHighest(pod));
  const idle = takeable.find((pod) => !pod.ready && (pod.broken || (shard.isSurplus(pod) && !shard.isPrimary(pod))));
  if (idle) return take(shard, idle, now);

  const kept = view.pods.filter((pod) => !shard.isSurplus(pod));
  // A primary that isn't ready is among them: the others would wait for it, and it for them.
  const astray = inOrder(takeable).filter(
    (pod) => !shard.isSurplus(pod) && !shard.isFollowing(pod) && !(shard.isPrimary(pod) && pod.ready),
  );
  const stray = astray.find(({ ready }) => !ready) ?? astray[0];
  if (stray) {
    if (view.roles.state === "unknown" && view.roles.isPending) return wait(view.roles.why);
    const others = kept.filter((pod) => !astray.includes(pod));
    return unsettled(view, others, now) ?? belowQuorum(shard, stray) ?? take(shard, stray, now);
  }

  const followers = takeable.filter((pod) => !shard.isPrimary(pod));
  const next =
    inOrder(followers).find(shard.isSurplus) ?? inOrder(followers)[0] ?? takeable.find((pod) => shard.isPrimary(pod));
  if (next === undefined) return { do: "nothing" };
  return (
    rolesMissing(view, now) ??
    unsettled(
      view,
      kept.filter(({ name }) => name !== next.name),
      now,
    ) ??
    comingBack(view, next) ??
    belowQuorum(shard, next) ??
    take(shard, next, now)
  );
}

interface Facts {
  readonly view: ShardView;
  /** Replicas that stay, by pool. */
  readonly kept: ReadonlyMap<string, number>;
  readonly isSurplus: (pod: PodView) => boolean;
  /** Of its pool's pods: the one that its StatefulSet would take. */
  readonly isHighest: (pod: PodView) => boolean;
  readonly isPrimary: (pod: PodView) => boolean;
  readonly isFollowing: (pod: PodView) => boolean;
}

function facts(view: ShardView): Facts {
  const kept = keptReplicas(view.policy, view.pools);
  const { roles } = view;
  const primary = roles.state === "read" ? roles.primary?.podName : undefined;
  return {
    view,
    kept,
    isSurplus: ({ pool, ordinal }) => ordinal >= (kept.get(pool) ?? 0),
    isHighest: ({ pool, ordinal }) => !view.pods.some((other) => other.pool === pool && other.ordinal > ordinal),
    isPrimary: ({ name }) => name === primary,
    isFollowing: ({ ready, lagging }) => ready && !lagging,
  };
}

/** Of each pool the highest ordinal first, as StatefulSets do. */
function inOrder(pods: readonly PodView[]): PodView[] {
  return pods.toSorted((a, b) => b.ordinal - a.ordinal || (a.pool < b.pool ? -1 : 1));
}

function take({ view, isSurplus, isPrimary }: Facts, pod: PodView, now: Date): Step {
  const elsewhere = view.pods.some((other) => other.name !== pod.name && other.ready && !isSurplus(other));
  if (isPrimary(pod) && elsewhere) {
    const first = switchOver(pod, view.switchOvers, now);
    if (first) return first;
  }
  if (isSurplus(pod)) return { do: "remove", pod, message: `Removing pod ${pod.name}` };
  const { prepared = false } = view.pools.find(({ name }) => name === pod.pool) ?? {};
  if (!prepared) return wait(`StatefulSet ${pod.pool} hasn't observed its current spec yet`);
  return { do: "replace", pod, message: `Replacing pod ${pod.name}` };
}

/**
 * Whether the pods that serve would no longer reach the quorum without this one. A shard that can't spare any pod has its
 * pods replaced all the same, as a node drain may: writes pause, and none is lost.
 */
function belowQuorum({ view, isSurplus }: Facts, pod: PodView): Wait | undefined {
  if (!pod.ready) return undefined;
  const reaches = (pods: readonly PodView[]) =>
    reachesQuorum(
      view.policy,
      pods.map(({ cell }) => ({ cell, pods: 1 })),
    );
  const others = view.pods.filter(({ name }) => name !== pod.name);
  const serving = others.filter(({ ready }) => ready);
  if (reaches(serving) || !reaches([...serving, pod])) return undefined;
  const spared = reaches(isSurplus(pod) ? serving : others.filter((other) => !isSurplus(other)));
  if (!spared && !isSurplus(pod)) return undefined;
  return wait(`Without pod ${pod.name} too few pods would be ready for durability policy ${view.policy}`);
}
