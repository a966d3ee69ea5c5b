import type { Cell, CellPlacement, MultigresClusterSpec, TableGroup } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { expect, test } from "vitest";
import { aCell, aCluster, aPool, aTableGroup, conditionsOf } from "../testing/builders.ts";
import { planFor, planned } from "../testing/reconciling.ts";

type TopoServer = NonNullable<NonNullable<MultigresClusterSpec["cells"][number]["spec"]>["topoServer"]>;

const serverOf = (host: string) => ({ rootPath: "/multigres/z1", external: { address: `${host}:2379` } });
const before = serverOf("before");
const after = serverOf("after");
const topologyOf = ({ rootPath, external }: typeof after) => ({ rootPath, address: external.address });

function clusterWith(topoServer: TopoServer, registerCell = true) {
  const cell = { name: "z1", spec: { zone: "zone-1", topoServer, topologyReconciliation: { registerCell } } };
  return aCluster({ spec: { cells: [cell], databases: [{ name: "app", spec: { pools: [aPool()] } }] } });
}

function liveCell(topoServer: TopoServer, registered: "True" | "False" | "Unknown", observedGeneration = 1): Cell {
  const live = aCell(clusterWith(topoServer), "z1");
  const conditions = [...conditionsOf(), { ...conditionsOf()[0], type: "Registered", status: registered }];
  return {
    ...live,
    spec: { ...live.spec, topoServer },
    status: { ...live.status, observedGeneration, conditions },
  };
}

function liveTableGroup(topoServer: TopoServer, topology: CellPlacement["topology"]): TableGroup {
  const live = aTableGroup(clusterWith(topoServer), "app");
  return { ...live, spec: { ...live.spec, cells: [{ name: "z1", ...(topology && { topology }) }] } };
}

const onTheWay = liveTableGroup(after, topologyOf(before));

test.each<[string, ReturnType<typeof clusterWith>, (Cell | TableGroup)[], CellPlacement["topology"]]>([
  ["a new database is told the cell's own server at once", clusterWith(after), [], topologyOf(after)],
  ["a cell without a server of its own tells none", clusterWith({}), [], undefined],
  [
    "while the Cell hasn't been told yet, the old one stands",
    clusterWith(after),
    [liveCell(before, "True"), onTheWay],
    topologyOf(before),
  ],
  [
    "while the Cell hasn't looked at its spec yet, the old one stands",
    clusterWith(after),
    [liveCell(after, "True", 0), onTheWay],
    topologyOf(before),
  ],
  [
    "while the record isn't rewritten, the old one stands",
    clusterWith(after),
    [liveCell(after, "Unknown"), onTheWay],
    topologyOf(before),
  ],
  [
    "once the record leads to the new one, that is told",
    clusterWith(after),
    [liveCell(after, "True"), onTheWay],
    topologyOf(after),
  ],
  [
    "once the record leads to the global one, none is told",
    clusterWith({}),
    [liveCell({}, "True"), liveTableGroup({}, topologyOf(before))],
    undefined,
  ],
  [
    "a cell that had none gets one once the record leads there",
    clusterWith(after),
    [liveCell(after, "True"), liveTableGroup(after, undefined)],
    topologyOf(after),
  ],
  [
    "of a cell that others register nobody can tell: the new one is told with the Cell",
    clusterWith(after, false),
    [liveCell(after, "Unknown"), onTheWay],
    topologyOf(after),
  ],
])("%s", (_, cluster, live, topology) => {
  const [tableGroup] = planned(planFor(cluster, live), kinds.TableGroup).values();
  expect((tableGroup as TableGroup).spec.cells).toEqual([
    { name: "z1", zone: "zone-1", ...(topology && { topology }) },
  ]);
});
