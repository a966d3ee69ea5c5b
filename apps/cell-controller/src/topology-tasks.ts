import type { TaskKind } from "@multigres/controller-kit";
import {
  type CellRecord,
  cellTopology,
  globalTopology,
  openTopology,
  outcomeOf,
  outcomeOfEnsuring,
  type TopologyInput,
  type TopologyOutcome,
} from "@multigres/topology";
import type { Settings } from "./settings.ts";

export interface ClaimRootInput extends TopologyInput {
  readonly cell: string;
}

export interface RegisterCellInput extends TopologyInput {
  readonly record: CellRecord;
}

/** Notes in a topology server of a cell's own that it is this cell's, so that no other one writes there too. */
export const claimRoot: TaskKind<ClaimRootInput, TopologyOutcome, Settings> = {
  name: "claim-cell-root",
  perform: (input, context) =>
    outcomeOf(async () => {
      const topology = cellTopology({ ...(await openTopology(input, context)), cell: input.cell });
      return outcomeOfEnsuring(await topology.claim({ signal: context.signal }));
    }),
};

/** Makes the cell's record in the global topology say what it should. */
export const registerCell: TaskKind<RegisterCellInput, TopologyOutcome, Settings> = {
  name: "register-cell",
  perform: (input, context) =>
    outcomeOf(async () => {
      const topology = globalTopology(await openTopology(input, context));
      return outcomeOfEnsuring(await topology.ensureCell(input.record, { signal: context.signal }));
    }),
};
