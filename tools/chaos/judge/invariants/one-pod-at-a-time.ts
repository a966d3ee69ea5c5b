import { broken, held, type Invariant } from "../invariant.ts";
import { keptPods, removalOf } from "../removal.ts";

/** While a pod that the operator took isn't back, it takes no other one of the shard that serves. */
export const onePodAtATime: Invariant = {
  name: "never two pods of a shard down by the operator's hand",
  judge: (fact, world) => {
    const removal = removalOf(fact, world);
    if (removal === undefined) return undefined;
    const { namespace, podName, shard, decidedAt } = removal;
    // What doesn't run is no loss.
    if (!world.pod(namespace, podName)?.wasReady(decidedAt, 1_000)) return undefined;
    for (const other of keptPods(shard, decidedAt, world)) {
      const life = world.pod(namespace, other);
      if (other === podName || life === undefined || life.wasReady(decidedAt)) continue;
      const takenAt = world.lastOperatorWrite("pods", namespace, other, decidedAt);
      const downSince = life.notReadySince(decidedAt);
      if (takenAt === undefined || downSince === undefined || downSince > takenAt) continue;
      return broken(
        `Pod ${namespace}/${podName} is taken while ${other}, taken ${decidedAt - takenAt} ms before, isn't ready again`,
      );
    }
    return held;
  },
};
