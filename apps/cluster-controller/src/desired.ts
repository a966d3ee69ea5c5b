import { child, type DesiredObject, kinds, workload } from "@multigres/controller-kit";
import type { ResolvedCluster } from "./resolve.ts";
import { cell } from "./resources/cell.ts";
import { multiadmin } from "./resources/multiadmin.ts";
import { multiorch } from "./resources/multiorch.ts";
import { passwordSecret } from "./resources/password-secret.ts";
import { tableGroup } from "./resources/tablegroup.ts";
import { globalTopoServer } from "./resources/toposerver.ts";

/** Everything that the cluster wants now: first what pods need from the start. A database that is held back wants nothing new. */
export function desiredObjects(cluster: ResolvedCluster): DesiredObject[] {
  const admin = multiadmin(cluster);
  const orch = multiorch(cluster);
  const topoServer = globalTopoServer(cluster);
  const password = passwordSecret(cluster);
  return [
    ...(password ? [password] : []),
    workload(kinds.Service, admin.service),
    ...(orch ? [workload(kinds.Service, orch.service)] : []),
    ...(topoServer ? [child(kinds.TopoServer, topoServer)] : []),
    ...cluster.cells.map((resolved) => child(kinds.Cell, cell(cluster, resolved))),
    ...cluster.databases.flatMap((database) =>
      database.pools.state === "resolved"
        ? [child(kinds.TableGroup, tableGroup(cluster, database, database.pools.pools))]
        : [],
    ),
    workload(kinds.Deployment, admin.deployment),
    ...(orch ? [workload(kinds.StatefulSet, orch.statefulSet)] : []),
    ...[admin.disruptionBudget, orch?.disruptionBudget].flatMap((budget) =>
      budget ? [workload(kinds.PodDisruptionBudget, budget)] : [],
    ),
  ];
}
