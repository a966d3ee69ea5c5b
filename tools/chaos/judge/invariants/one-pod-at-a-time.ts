import { broken, held, type Invariant } from "../invariant.ts";
import { removalOfReadyPod, unreadyOthers } from "../removal.ts";

/** While a pod that the operator took isn't back, it takes no other one of the shard that serves. */
export const onePodAtATime: Invariant = {
  name: "never two pods of a shard down by the operator's hand",
  judge: (fact, world) => {
    const removal = removalOfReadyPod(fact, world);
    if (removal === undefined) return undefined;
    const { namespace, podName, decidedAt } = removal;
    for (const { name, life } of unreadyOthers(removal, world)) {
      const takenAt = world.lastOperatorWrite("pods", namespace, name, decidedAt);
      const downSince = life.notReadySince(decidedAt);
      if (takenAt === undefined || downSince === undefined || downSince > takenAt) continue;
      return broken(
        `Pod ${namespace}/${podName} is taken while ${name}, taken ${decidedAt - takenAt} ms before, isn't ready again`,
      );
    }
    return held;
  },
};
