import type { V1PodDisruptionBudget } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import { components, disruptionBudget, names, shardLabels } from "@multigres/workload-kit";
import { shardIdentity } from "./identity.ts";

/** One for all pools: the quorum spans them. */
export function shardDisruptionBudget(shard: Shard): V1PodDisruptionBudget {
  const identity = shardIdentity(shard.spec);
  const pods = shardLabels(identity, components.shardPool);
  return disruptionBudget({
    owner: shard,
    name: names.shardDisruptionBudget(identity),
    identity: pods,
    selector: pods,
    wantedPods: shard.spec.pools.reduce((sum, pool) => sum + pool.replicas, 0),
  });
}
