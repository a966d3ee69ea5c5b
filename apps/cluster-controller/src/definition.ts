import type { MultigresCluster, MultigresClusterStatus } from "@multigres/api-types";
import { type ControllerDefinition, kinds } from "@multigres/controller-kit";
import { type Observed, observe } from "./observe.ts";
import { parse } from "./parse.ts";
import { reconcile } from "./reconcile.ts";
import type { Settings } from "./settings.ts";
import { malformedClusterStatus } from "./status.ts";
import { primaryIndexes, watches } from "./watches.ts";

export const clusterController: ControllerDefinition<MultigresCluster, Observed, MultigresClusterStatus, Settings> = {
  name: "cluster-controller",
  primary: kinds.MultigresCluster,
  primaryIndexes,
  watches,
  relaysStatuses: true,
  parse,
  malformed: (cluster, message, { now }) => malformedClusterStatus(cluster, message, now),
  observe,
  reconcile,
};
