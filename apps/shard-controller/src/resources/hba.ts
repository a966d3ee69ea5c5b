import type { V1ConfigMap } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import { components, names, ownedMetadata, shardLabels } from "@multigres/workload-kit";
import { shardIdentity } from "./identity.ts";

export const hbaFile = "pg_hba_template.conf";

// pgctld's own template lets replication in from loopback only, so standbys in other pods couldn't stream.
const template = `local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
local replication all scram-sha-256
host replication all 0.0.0.0/0 scram-sha-256
host replication all ::0/0 scram-sha-256
host all all 0.0.0.0/0 scram-sha-256
host all all ::0/0 scram-sha-256
`;

export function hbaConfigMap(shard: Shard): V1ConfigMap {
  const identity = shardIdentity(shard.spec);
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: ownedMetadata(
      shard,
      names.hbaConfigMap(identity),
      shardLabels(identity, components.shardPool),
    ) as V1ConfigMap["metadata"],
    data: { [hbaFile]: template },
  };
}
