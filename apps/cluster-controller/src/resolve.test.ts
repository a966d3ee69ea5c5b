import type { MultigresClusterSpec, TableGroup, TopologyReference } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { expect, test } from "vitest";
import { aCluster, aPool } from "./testing/builders.ts";
import { planFor, planned, plannedOne } from "./testing/reconciling.ts";

const inline: MultigresClusterSpec["databases"] = [{ name: "tiny_db", spec: { pools: [aPool()] } }];

function planOf(spec: Partial<MultigresClusterSpec>) {
  return planFor(aCluster({ spec: { databases: inline, ...spec } }));
}
const cellOf = (spec: Partial<MultigresClusterSpec>) => plannedOne(planOf(spec), kinds.Cell, "demo-z1");
const tableGroupOf = (spec: Partial<MultigresClusterSpec>): TableGroup =>
  plannedOne(planOf(spec), kinds.TableGroup, "tiny-db-default");

test("a cluster that says next to nothing gets documented defaults on its children", () => {
  const topoServer = plannedOne(planOf({}), kinds.TopoServer, "demo-global");
  expect(topoServer.spec).toMatchObject({
    rootPath: "/multigres/global",
    image: "default/etcd",
    replicas: 3,
    dataVolumeClaimTemplate: { resources: { requests: { storage: "10Gi" } } },
  });
  expect(cellOf({}).spec).toMatchObject({
    images: { multigateway: "default/multigateway" },
    multiGateway: { replicas: 1 },
  });
  expect(tableGroupOf({}).spec).toMatchObject({
    images: { multipooler: "default/multipooler", postgres: "default/postgres", pgctld: "default/pgctld" },
    shardTemplate: { pools: [{ replicas: 3 }] },
  });
});

test.each<[string, MultigresClusterSpec["globalTopoServer"], TopologyReference, boolean]>([
  [
    "managed",
    { rootPath: "/mine", managedSpec: {} },
    { rootPath: "/mine", address: "demo-global-client.t1.svc:2379", clientServiceName: "demo-global-client" },
    true,
  ],
  [
    "external",
    { external: { address: "a:2379,b:2379", tlsSecretRef: { name: "tls" } } },
    { rootPath: "/multigres/global", address: "a:2379,b:2379", tlsSecretRef: { name: "tls" } },
    false,
  ],
])(
  "%s topology: children get its address, and only a managed one gets a TopoServer",
  (_, config, expected, managed) => {
    const spec = { globalTopoServer: config };
    expect(cellOf(spec).spec.globalTopoServer).toEqual(expected);
    expect(tableGroupOf(spec).spec.globalTopoServer).toEqual(expected);
    expect(planned(planOf(spec), kinds.TopoServer).size).toBe(managed ? 1 : 0);
  },
);

test.each<[string, NonNullable<MultigresClusterSpec["cells"][0]["spec"]>, object]>([
  ["nothing: the global one", {}, {}],
  ["an empty block: the global one", { topoServer: {} }, {}],
  [
    "managed: completed",
    { topoServer: { managedSpec: { replicas: 1 } } },
    { rootPath: "/multigres/z1", managedSpec: { replicas: 1, image: "default/etcd" } },
  ],
  [
    "external: as it is",
    { topoServer: { rootPath: "/r", external: { address: "e:2379" } } },
    { rootPath: "/r", external: { address: "e:2379" } },
  ],
])("a cell's own topology server: %s", (_, spec, expected) => {
  const { topoServer } = cellOf({ cells: [{ name: "z1", spec }] }).spec;
  expect(topoServer).toMatchObject(expected);
  expect(Object.keys(topoServer).sort()).toEqual(Object.keys(expected).sort());
});

test.each([
  ["unset: both", undefined, { registerCell: true, pruneTablets: true }],
  ["one off", { registerCell: false }, { registerCell: false, pruneTablets: true }],
])("topology reconciliation %s", (_, topologyReconciliation, expected) => {
  const cells = [{ name: "z1", spec: { topologyReconciliation } }];
  expect(cellOf({ cells }).spec.topologyReconciliation).toEqual(expected);
});

test("durability is the database's, else the cluster's, else AT_LEAST_2", () => {
  const own: MultigresClusterSpec["databases"] = [
    { name: "tiny_db", spec: { pools: [aPool()], durabilityPolicy: "AT_LEAST_2" } },
  ];
  expect(tableGroupOf({}).spec.durabilityPolicy).toBe("AT_LEAST_2");
  expect(tableGroupOf({ durabilityPolicy: "MULTI_CELL_AT_LEAST_2" }).spec.durabilityPolicy).toBe(
    "MULTI_CELL_AT_LEAST_2",
  );
  expect(tableGroupOf({ durabilityPolicy: "MULTI_CELL_AT_LEAST_2", databases: own }).spec.durabilityPolicy).toBe(
    "AT_LEAST_2",
  );
});

test("what the user says about passwords, backups, volumes and pulling reaches the shards", () => {
  const spec: Partial<MultigresClusterSpec> = {
    images: { imagePullPolicy: "Never", imagePullSecrets: [{ name: "r" }] },
    postgresPasswordSecretRef: { name: "mine", key: "pw" },
    backupRepository: { volumeClaimTemplate: { resources: { requests: { storage: "1024Mi" } } } },
    persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" },
  };
  expect(tableGroupOf(spec).spec).toMatchObject({
    images: { imagePullPolicy: "Never", imagePullSecrets: [{ name: "r" }] },
    postgresPasswordSecretRef: { name: "mine", key: "pw" },
    backupRepository: { volumeClaimTemplate: { resources: { requests: { storage: "1Gi" } } } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Delete" },
  });
  const pulling = { imagePullPolicy: "Never", imagePullSecrets: [{ name: "r" }] };
  expect(cellOf(spec).spec).toMatchObject({
    images: pulling,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Delete" },
  });
  expect(plannedOne(planOf(spec), kinds.TopoServer, "demo-global").spec).toMatchObject(pulling);
});

test("the order of cells and databases in the spec, and the spelling of quantities, change no object", () => {
  const cells = [{ name: "z1" }, { name: "z2", spec: { region: "r" } }];
  const databases: NonNullable<MultigresClusterSpec["databases"]> = [
    {
      name: "a",
      spec: { pools: [aPool({ postgres: { resources: { requests: { memory: "1024Mi" } } } }), aPool({ cell: "z2" })] },
    },
    { name: "b", spec: { pools: [aPool()] } },
  ];
  const respelled: typeof databases = [
    { name: "b", spec: { pools: [aPool()] } },
    {
      name: "a",
      spec: { pools: [aPool({ cell: "z2" }), aPool({ postgres: { resources: { requests: { memory: "1Gi" } } } })] },
    },
  ];
  const one = planOf({ cells, databases });
  const other = planOf({ cells: cells.toReversed(), databases: respelled });
  expect(JSON.stringify(other.objects)).toBe(JSON.stringify(one.objects));
});

test("a new cell changes no TableGroup that has no pool in it", () => {
  const before = tableGroupOf({ cells: [{ name: "z1", spec: { zone: "a" } }] });
  const after = tableGroupOf({
    cells: [
      { name: "z1", spec: { zone: "a" } },
      { name: "z2", spec: { zone: "b" } },
    ],
  });
  expect(after).toEqual(before);
  expect(before.spec.cells).toEqual([{ name: "z1", zone: "a" }]);
});

test("resolving leaves the observed cluster as it was", () => {
  const cluster = aCluster({ spec: { databases: inline, cells: [{ name: "z2" }, { name: "z1" }] } });
  const before = structuredClone(cluster);
  planFor(cluster);
  expect(cluster).toEqual(before);
});
