import type { Cell, CellStatus } from "@multigres/api-types";
import { type ControllerDefinition, kinds } from "@multigres/controller-kit";
import { malformedStatus } from "@multigres/status-kit";
import { type ObservedCell, observe } from "./observe.ts";
import { parse } from "./parse.ts";
import { reconcile } from "./reconcile.ts";
import type { Settings } from "./settings.ts";
import { primaryIndexes, watches } from "./watches.ts";

export const cellController: ControllerDefinition<Cell, ObservedCell, CellStatus, Settings> = {
  name: "cell-controller",
  primary: kinds.Cell,
  primaryIndexes,
  watches,
  parse,
  malformed: (cell, message, { now }) => malformedStatus(cell, message, now),
  observe,
  reconcile,
};
