import { broken, held, type Invariant } from "../invariant.ts";
import { keptPods, removalOf, watchDelayMs } from "../removal.ts";

/** A pod that serves is only taken while all others that are to stay serve, too. */
export const restServes: Invariant = {
  name: "a serving pod is only taken while the rest of its shard serves",
  judge: (fact, world) => {
    const removal = removalOf(fact, world);
    if (removal === undefined) return undefined;
    const { namespace, podName, shard, decidedAt } = removal;
    if (!world.pod(namespace, podName)?.wasReady(decidedAt, 1_000)) return undefined;
    for (const other of keptPods(shard, decidedAt, world)) {
      const life = world.pod(namespace, other);
      if (other === podName || life === undefined || life.wasReady(decidedAt)) continue;
      const since = life.notReadySince(decidedAt) ?? life.at(decidedAt)?.createdAt ?? decidedAt;
      if (world.lastCalm(decidedAt, watchDelayMs) - since < watchDelayMs) continue;
      return broken(
        `Pod ${namespace}/${podName} is taken although ${other} hasn't been ready for ${Math.round((decidedAt - since) / 1000)} s`,
      );
    }
    return held;
  },
};
