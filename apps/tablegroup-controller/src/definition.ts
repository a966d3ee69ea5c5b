import type { TableGroup, TableGroupStatus } from "@multigres/api-types";
import { type ControllerDefinition, kinds } from "@multigres/controller-kit";
import { malformedStatus } from "@multigres/status-kit";
import { type ObservedTableGroup, observe } from "./observe.ts";
import { parse } from "./parse.ts";
import { reconcile } from "./reconcile.ts";
import { watches } from "./watches.ts";

export const tableGroupController: ControllerDefinition<TableGroup, ObservedTableGroup, TableGroupStatus, unknown> = {
  name: "tablegroup-controller",
  primary: kinds.TableGroup,
  watches,
  relaysStatuses: true,
  parse,
  malformed: (tableGroup, message, { now }) => malformedStatus(tableGroup, message, now),
  observe,
  reconcile,
};
