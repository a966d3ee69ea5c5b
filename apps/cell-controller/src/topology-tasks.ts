import type { TaskKind } from "@multigres/controller-kit";
import {
  type CellRecord,
  cellTopology,
  globalTopology,
  inTopology,
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
  perform: inTopology(async (opened, { cell }, { signal }) =>
    outcomeOfEnsuring(await cellTopology({ ...opened, cell }).claim({ signal })),
  ),
};

/** Makes the cell's record in the global topology say what it should. */
export const registerCell: TaskKind<RegisterCellInput, TopologyOutcome, Settings> = {
  name: "register-cell",
  perform: inTopology(async (opened, { record }, { signal }) =>
    outcomeOfEnsuring(await globalTopology(opened).ensureCell(record, { signal })),
  ),
};
