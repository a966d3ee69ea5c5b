import { type DesiredObject, type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { carriesIdentityOf } from "@multigres/workload-kit";
import type { ResolvedCluster } from "./resolve.ts";
import { cell, isCellOf } from "./resources/cell.ts";
import { multiadmin } from "./resources/multiadmin.ts";
import { multiorch } from "./resources/multiorch.ts";
import { tableGroup } from "./resources/tablegroup.ts";
import { globalTopoServer, isGlobalTopoServerOf } from "./resources/toposerver.ts";
import { isLeftBehindBy } from "./tablegroup-name.ts";

/** Everything that the cluster wants now, Services first. A database that is held back wants nothing new. */
export function desiredObjects(cluster: ResolvedCluster): DesiredObject[] {
  const admin = multiadmin(cluster);
  const orch = multiorch(cluster);
  const topoServer = globalTopoServer(cluster);
  return [
    workload(kinds.Service, admin.service),
    ...(orch ? [workload(kinds.Service, orch.service)] : []),
    ...(topoServer ? [child(kinds.TopoServer, topoServer, (live) => isGlobalTopoServerOf(cluster, live))] : []),
    ...cluster.cells.map((resolved) =>
      child(kinds.Cell, cell(cluster, resolved), (live) => isCellOf(cluster, resolved.name, live)),
    ),
    ...cluster.databases.flatMap((database) =>
      database.pools.state === "resolved"
        ? [
            child(kinds.TableGroup, tableGroup(cluster, database, database.pools.pools), (live) =>
              isLeftBehindBy(cluster.owner, database.name, live),
            ),
          ]
        : [],
    ),
    workload(kinds.Deployment, admin.deployment),
    ...(orch ? [workload(kinds.StatefulSet, orch.statefulSet)] : []),
    ...[admin.disruptionBudget, orch?.disruptionBudget].flatMap((budget) =>
      budget ? [workload(kinds.PodDisruptionBudget, budget)] : [],
    ),
  ];
}

function child<T extends KubernetesObject>(
  kind: ResourceKind<T>,
  object: T,
  hasOurSpec: (live: T) => boolean,
): DesiredObject {
  const carriesIdentity = carriesIdentityOf({ metadata: object.metadata });
  const isOurs = (live: T) => carriesIdentity({ metadata: live.metadata }) && hasOurSpec(live);
  return { write: "exact", kind, object, isOurs: isOurs as DesiredObject["isOurs"] };
}

function workload<T extends KubernetesObject>(kind: ResourceKind<T>, object: T): DesiredObject {
  return { write: "apply", kind, object, isOurs: carriesIdentityOf(object) };
}
