import type { V1PodDisruptionBudget } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import { components, disruptionBudget, names, shardLabels } from "@multigres/workload-kit";
import { shardIdentity } from "./identity.ts";

/** One for all pools: the quorum spans them. `pods` are those that should be there now, on the way to what the spec says. */
export function shardDisruptionBudget(shard: Shard, pods: number): V1PodDisruptionBudget {
  const identity = shardIdentity(shard.spec);
  const selector = shardLabels(identity, components.shardPool);
  return disruptionBudget({
    owner: shard,
    name: names.shardDisruptionBudget(identity),
    identity: selector,
    selector,
    wantedPods: pods,
  });
}
