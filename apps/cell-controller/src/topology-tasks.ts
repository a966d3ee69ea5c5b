import type { TaskContext, TaskKind } from "@multigres/controller-kit";
import {
  type CellRecord,
  cellTopology,
  connectTopology,
  type EnsureResult,
  globalTopology,
  InvalidSettingError,
  type Owner,
  RejectedError,
  type TopologyServer,
} from "@multigres/topology";
import type { Settings } from "./settings.ts";

interface TopologyInput {
  /** The MultigresCluster. */
  readonly owner: Pick<Owner, "namespace" | "name" | "uid">;
  readonly server: TopologyServer;
  readonly root: string;
}

export interface ClaimRootInput extends TopologyInput {
  readonly cell: string;
}

export interface RegisterCellInput extends TopologyInput {
  readonly record: CellRecord;
}

/** What is expected of a topology server that answers; that none does is a failure. */
export type TopologyOutcome =
  | { readonly result: "ensured" }
  /** Foreign: somebody else's. Refused: by etcd, or by what the spec or the settings say. Both need a person. */
  | { readonly result: "foreign" | "refused"; readonly message: string };

/** Notes in a topology server of a cell's own that it is this cell's, so that no other one writes there too. */
export const claimRoot: TaskKind<ClaimRootInput, TopologyOutcome, Settings> = {
  name: "claim-cell-root",
  perform: (input, context) =>
    outcomeOf(async () => {
      const { kv, root, owner } = await open(input, context);
      return cellTopology({ kv, root, cell: input.cell, owner }).claim({ signal: context.signal });
    }),
};

/** Makes the cell's record in the global topology say what it should. */
export const registerCell: TaskKind<RegisterCellInput, TopologyOutcome, Settings> = {
  name: "register-cell",
  perform: (input, context) =>
    outcomeOf(async () =>
      globalTopology(await open(input, context)).ensureCell(input.record, { signal: context.signal }),
    ),
};

async function open({ server, root, owner }: TopologyInput, { settings, kubernetesCluster }: TaskContext<Settings>) {
  const kv = await connectTopology(server, owner.namespace, settings);
  return { kv, root, owner: { kubernetesCluster, ...owner } };
}

async function outcomeOf(ensure: () => Promise<EnsureResult>): Promise<TopologyOutcome> {
  try {
    const ensured = await ensure();
    // Who wrote it, and whether it was now, is no news.
    return ensured.result === "foreign" ? { result: "foreign", message: ensured.message } : { result: "ensured" };
  } catch (error) {
    if (error instanceof RejectedError || error instanceof InvalidSettingError) {
      return { result: "refused", message: error.message };
    }
    throw error;
  }
}
