import { broken, held, type Invariant } from "../invariant.ts";
import { keptPods, removalOf, watchDelayMs } from "../removal.ts";
import { podSpecOf } from "../world.ts";

/** The primary's pod is taken when nobody else is left who could be taken first or take over. */
export const primaryLast: Invariant = {
  name: "the primary isn't taken before its followers, nor without a switch-over",
  judge: (fact, world) => {
    const removal = removalOf(fact, world);
    if (removal === undefined) return undefined;
    const { namespace, podName, shard, decidedAt } = removal;
    const leader = world.leader(shard, decidedAt);
    if (leader?.podName !== podName) return held;
    // It became primary when the deletion was under way already.
    if (decidedAt - leader.at < watchDelayMs) return undefined;
    if (!world.pod(namespace, podName)?.wasReady(decidedAt, 1_000)) return undefined;
    const others = keptPods(shard, decidedAt, world).filter(
      (other) => other !== podName && world.pod(namespace, other)?.wasReady(decidedAt, watchDelayMs),
    );
    const outdated = others.find((other) => {
      const pool = world.poolOf(namespace, other)?.pool;
      return pool && world.pod(namespace, other)?.at(decidedAt)?.podSpec !== podSpecOf(pool, decidedAt);
    });
    if (outdated !== undefined) {
      return broken(`Pod ${namespace}/${podName}, the primary, is taken although ${outdated} is outdated, too`);
    }
    const [successor] = others;
    return successor === undefined
      ? held
      : broken(`Pod ${namespace}/${podName} is taken while it is primary, although ${successor} could take over`);
  },
};
