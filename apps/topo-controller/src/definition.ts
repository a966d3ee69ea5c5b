import type { TopoServer, TopoServerStatus } from "@multigres/api-types";
import { type ControllerDefinition, kinds } from "@multigres/controller-kit";
import { malformedStatus } from "@multigres/status-kit";
import { type ObservedTopoServer, observe } from "./observe.ts";
import { parse } from "./parse.ts";
import { reconcile } from "./reconcile.ts";
import { watches } from "./watches.ts";

export const topoController: ControllerDefinition<TopoServer, ObservedTopoServer, TopoServerStatus, unknown> = {
  name: "topo-controller",
  primary: kinds.TopoServer,
  watches,
  parse,
  malformed: (topoServer, message, { now }) => malformedStatus(topoServer, message, now),
  observe,
  reconcile,
};
