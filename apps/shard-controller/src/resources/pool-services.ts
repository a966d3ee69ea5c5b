import type { V1Service } from "@kubernetes/client-node";
import type { ResolvedPool, Shard } from "@multigres/api-types";
import { names, poolLabels, service } from "@multigres/workload-kit";
import { poolIdentity } from "./identity.ts";
import { ports } from "./ports.ts";

/** The label that the StatefulSet controller gives each of its pods. */
export const podNameLabel = "statefulset.kubernetes.io/pod-name";

/** Only there because a StatefulSet wants one; nobody dials it. */
export function headlessService(shard: Shard, pool: ResolvedPool): V1Service {
  const identity = poolIdentity(shard.spec, pool);
  return service({
    owner: shard,
    name: names.pool(identity),
    identity: poolLabels(identity),
    headless: true,
    publishNotReadyAddresses: true,
    ports: { grpc: ports.poolerGrpc, postgres: ports.postgres },
  });
}

/**
 * The address that a pooler registers. It outlives the pod: other components keep dialling the old IP of a re-created
 * pod for half a minute and longer, and a ClusterIP never changes.
 */
export function podService(shard: Shard, pool: ResolvedPool, ordinal: number): V1Service {
  const identity = poolIdentity(shard.spec, pool);
  const name = names.poolPod(identity, ordinal);
  return service({
    owner: shard,
    name,
    identity: poolLabels(identity),
    selector: { [podNameLabel]: name },
    publishNotReadyAddresses: true,
    ports: {
      grpc: ports.poolerGrpc,
      http: ports.poolerHttp,
      postgres: ports.postgres,
      pgbackrest: ports.pgbackrest,
    },
  });
}
