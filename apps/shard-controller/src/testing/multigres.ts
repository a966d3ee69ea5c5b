import type { ResolvedPool, Shard } from "@multigres/api-types";
import type { TaskKind, TaskResult, TaskResults } from "@multigres/controller-kit";
import { keyRange, poolerServiceIdOf } from "@multigres/workload-kit";
import { listPoolers, type PoolerRecord } from "../multiadmin/list-poolers.ts";
import type { PoolerId } from "../multiadmin/pooler-id.ts";
import { type PoolerStatus, poolerStatus } from "../multiadmin/pooler-status.ts";
import { poolIdentity } from "../resources/identity.ts";

export function poolerId(shard: Shard, pool: Pick<ResolvedPool, "type" | "cell">, ordinal: number): PoolerId {
  return { cell: pool.cell, name: poolerServiceIdOf(poolIdentity(shard.spec, pool), ordinal) };
}

/** The record of a replica that serves, unless told otherwise. */
export function aRecord(id: PoolerId, change: Partial<PoolerRecord> = {}): PoolerRecord {
  return {
    ...id,
    database: "prod_db",
    tableGroup: "default",
    shard: keyRange,
    isPrimary: false,
    lifecycle: "ACTIVE",
    isServing: true,
    ...change,
  };
}

export function primaryOf(term: number, subterm = 0): Partial<PoolerRecord> {
  return { isPrimary: true, rule: { coordinatorTerm: String(term), leaderSubterm: String(subterm) } };
}

/** Of a primary whose other poolers all follow, one of which must acknowledge a write. */
export function aPrimaryStatus(
  primary: PoolerId,
  followers: readonly PoolerId[],
  change: Partial<PoolerStatus> = {},
): PoolerStatus {
  const cohort = [primary, ...followers];
  return {
    postgres: "PRIMARY",
    primary: { isReady: true, connectedFollowers: followers, sync: { needed: 1, standbys: cohort } },
    cohort,
    rule: { coordinatorTerm: "1", leaderSubterm: "0" },
    ...change,
  };
}

interface Answers {
  readonly list?: readonly PoolerRecord[] | Error;
  /** By the pooler's name. */
  readonly statuses?: Readonly<Record<string, PoolerStatus | Error>>;
}

/** Results of the reads, as if they had ended with these. */
export function answering({ list, statuses = {} }: Answers): TaskResults {
  return {
    of<Input, Output, S>({ name }: TaskKind<Input, Output, S>, input: Input): TaskResult<Output> | undefined {
      const answer =
        name === listPoolers.name ? list : name === poolerStatus.name ? statuses[(input as PoolerId).name] : undefined;
      if (answer === undefined) return undefined;
      return answer instanceof Error
        ? { state: "failed", message: answer.message, since: new Date(0) }
        : { state: "done", output: answer as Output };
    },
  };
}
