import type { TaskKind } from "@multigres/controller-kit";
import {
  cellTopology,
  type DesiredDatabase,
  globalTopology,
  inTopology,
  openTopology,
  outcomeOfEnsuring,
  type TopologyInput,
  type TopologyOutcome,
  type TopologyPlace,
  type TopologySettings,
} from "@multigres/topology";
import { leaveCellRoot, leaveGlobalRoot } from "./leave.ts";
import { isGoneForGood } from "./pooler-records.ts";
import { removeUnwanted } from "./remove-unwanted.ts";

export interface RegisterDatabaseInput extends TopologyInput {
  readonly record: DesiredDatabase;
}

/** Makes the record of one database say what it should. */
export const registerDatabase: TaskKind<RegisterDatabaseInput, TopologyOutcome, TopologySettings> = {
  name: "register-database",
  perform: inTopology(async (opened, { record }, { signal }) =>
    outcomeOfEnsuring(await globalTopology(opened).ensureDatabase(record, { signal })),
  ),
};

export interface RemoveUnwantedInput extends TopologyInput {
  /** What the spec wants, and what is still on its way out. */
  readonly keep: { readonly databases: readonly string[]; readonly cells: readonly string[] };
  readonly shardInitClaims: boolean;
}

/** Removes the records of databases and cells that are gone. Without any it is one read, which shows that etcd answers. */
export const removeUnwantedRecords: TaskKind<RemoveUnwantedInput, TopologyOutcome, TopologySettings> = {
  name: "remove-unwanted-records",
  perform: inTopology((opened, input, { signal }) => removeUnwanted(opened, input, signal)),
};

export interface PrunePoolersInput extends TopologyInput {
  readonly cell: string;
  /** Pods that are wanted or exist. */
  readonly keep: readonly string[];
}

/** Removes the records of poolers whose pods are gone for good. */
export const prunePoolers: TaskKind<PrunePoolersInput, TopologyOutcome, TopologySettings> = {
  name: "prune-poolers",
  perform: inTopology(async (opened, { owner, cell, keep }, { signal }) => {
    const topology = cellTopology({ ...opened, cell });
    const kept = new Set(keep);
    const { poolers } = await topology.listPoolers({ signal });
    for (const pooler of poolers) {
      if (isGoneForGood(pooler, owner, kept)) await topology.removePooler(pooler, { signal });
    }
    return { result: "done" };
  }),
};

export interface LeaveTopologyInput extends TopologyInput {
  /** Whose own topology it was; undefined: the global one. */
  readonly cell: string | undefined;
  /** Cells whose components may have registered themselves there. */
  readonly cells: readonly string[];
  /** Those of which somebody wants to keep what components wrote. */
  readonly keepComponentsOf: readonly string[];
  /** Where that topology is now; undefined when there is none any more. */
  readonly current: TopologyPlace | undefined;
  /** Of a cell: whether that is a topology of its own again. */
  readonly ownsCurrent: boolean;
  readonly shardInitClaims: boolean;
}

/** Takes everything of a cluster out of a topology that it doesn't use any more. */
export const leaveTopology: TaskKind<LeaveTopologyInput, TopologyOutcome, TopologySettings> = {
  name: "leave-topology",
  perform: inTopology(async (left, input, context) => {
    const { owner, cell } = input;
    const { signal } = context;
    const current = input.current && (await openTopology({ owner, place: input.current }, context));
    return cell === undefined
      ? leaveGlobalRoot({ ...input, left, current }, signal)
      : leaveCellRoot({ ...input, left, current, cell }, signal);
  }),
};
