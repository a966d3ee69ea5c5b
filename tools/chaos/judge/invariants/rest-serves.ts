import { broken, held, type Invariant } from "../invariant.ts";
import { removalOfReadyPod, unreadyOthers, watchDelayMs } from "../removal.ts";

/** A pod that serves is only taken while all others that are to stay serve, too. */
export const restServes: Invariant = {
  name: "a serving pod is only taken while the rest of its shard serves",
  judge: (fact, world) => {
    const removal = removalOfReadyPod(fact, world);
    if (removal === undefined) return undefined;
    const { namespace, podName, decidedAt } = removal;
    for (const { name, life } of unreadyOthers(removal, world)) {
      const since = life.notReadySince(decidedAt) ?? life.at(decidedAt)?.createdAt ?? decidedAt;
      if (world.lastCalm(decidedAt, watchDelayMs) - since < watchDelayMs) continue;
      return broken(
        `Pod ${namespace}/${podName} is taken although ${name} hasn't been ready for ${Math.round((decidedAt - since) / 1000)} s`,
      );
    }
    return held;
  },
};
