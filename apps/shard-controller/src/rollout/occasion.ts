import type { V1StatefulSet } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import { names } from "@multigres/workload-kit";
import { poolIdentity } from "../resources/identity.ts";

/** Which pods are to be added; undefined: none. */
export function growthOccasion({ spec }: Shard, statefulSets: readonly V1StatefulSet[]): string | undefined {
  const growing = spec.pools.flatMap((pool) => {
    const name = names.pool(poolIdentity(spec, pool));
    const live = statefulSets.find(({ metadata }) => metadata?.name === name)?.spec?.replicas ?? 0;
    return live < pool.replicas ? [`${name} from ${live} to ${pool.replicas}`] : [];
  });
  return growing.length === 0 ? undefined : growing.sort().join(", ");
}
