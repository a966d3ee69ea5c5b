import type { ShardScript } from "./script.ts";
import type { SeenPod, SimulatedShard } from "./simulated-shard.ts";

// int64 are strings and zero values are left out, as multiadmin's REST API has it.

type Id = Pick<SeenPod, "cell" | "name">;

export function idOf({ cell, name }: Id) {
  return { component: "MULTIPOOLER", cell, name };
}

/** `clustermetadata.Multipooler` of everybody that ever registered. */
export function recordsOf(shard: SimulatedShard, script: ShardScript): readonly object[] {
  return shard.members.map((member) => {
    const common = {
      id: idOf(member),
      shardKey: shard.key,
      hostname: `${member.podName}.svc`,
      portMap: { grpc: 15270 },
    };
    // What changes by itself: nobody may take it for news.
    const updated = new Date().toISOString();
    if (member.gone) {
      return { ...common, servingStatus: "DISABLED", lifecycleStatus: { status: "LIFECYCLE_SHUTDOWN", updated } };
    }
    const term = shard.claimOf(member.podName, script);
    return {
      ...common,
      type: term === undefined ? "REPLICA" : "PRIMARY",
      lifecycleStatus: { status: "LIFECYCLE_ACTIVE", reason: "serving", updated },
      routingState:
        term === undefined
          ? { role: "ROUTING_ROLE_REPLICA" }
          : { role: "ROUTING_ROLE_PRIMARY", rule: { ...(term > 0 && { coordinatorTerm: String(term) }) } },
    };
  });
}

let written = 0x3000060;

/** `multiadmin.GetPoolerStatusResponse` */
export function statusOf(shard: SimulatedShard, id: Id, script: ShardScript): object {
  const lsn = `0/${(written++).toString(16).toUpperCase()}`;
  const { primary } = shard;
  const cohort = shard.cohort(script).map(idOf);
  const consensusStatus = {
    id: idOf(id),
    currentPosition: {
      lsn,
      position: {
        decision: {
          ...(primary && { leaderId: idOf(primary), ruleNumber: { coordinatorTerm: String(primary.term) } }),
          cohortMembers: cohort,
        },
      },
    },
  };
  const common = { isInitialized: true, hasDataDirectory: true, postgresRunning: true, postgresReady: true };
  if (primary?.cell !== id.cell || primary.name !== id.name) {
    return {
      status: {
        ...common,
        poolerType: "REPLICA",
        postgresStatus: "POSTGRES_STATUS_STANDBY",
        replicationStatus: { lastReplayLsn: lsn },
      },
      consensusStatus,
    };
  }
  return {
    status: {
      ...common,
      poolerType: "PRIMARY",
      postgresStatus: "POSTGRES_STATUS_PRIMARY",
      primaryStatus: {
        lsn,
        ready: true,
        connectedFollowers: shard.followers(script).map(idOf),
        syncReplicationConfig: { synchronousMethod: "SYNCHRONOUS_METHOD_ANY", numSync: 1, standbyIds: cohort },
        maxWalSenders: 10,
      },
    },
    consensusStatus,
  };
}
