import { readFileSync } from "node:fs";
import { type MultigresCluster, multigresCluster, type ShardTemplate } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { aCell, aTableGroup, aTopoServer, aWorkload } from "./testing/builders.ts";
import { condition, planFor, planned, plannedOne } from "./testing/reconciling.ts";

const file = new URL("../../../deploy/examples/example.yaml", import.meta.url);
const [manifest, template] = parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS()) as [
  MultigresCluster,
  ShardTemplate,
];
const cluster: MultigresCluster = {
  ...manifest,
  metadata: { ...manifest.metadata, uid: "a1b2c3d4", generation: 1 },
};

const plan = planFor(cluster, [template]);

test("the spec's example passes as a well-formed cluster", () => {
  expect(multigresCluster.safeParse(cluster).error).toBeUndefined();
});

test("the spec's example wants exactly the children and global workloads that the spec names", () => {
  expect(plan.objects.map(({ kind, write, object }) => `${write} ${kind.kind} ${object.metadata?.name}`)).toEqual([
    "create Secret example-multigres-cluster-postgres",
    "apply Service example-multigres-cluster-multiadmin",
    "apply Service example-multigres-cluster-multiorch",
    "exact TopoServer example-multigres-cluster-global",
    "exact Cell example-multigres-cluster-us-east-1a",
    "exact Cell example-multigres-cluster-us-east-1b",
    "exact TableGroup analytics-db-default",
    "exact TableGroup custom-db-default",
    "exact TableGroup production-db-default",
    "apply Deployment example-multigres-cluster-multiadmin",
    "apply StatefulSet example-multigres-cluster-multiorch",
  ]);
  expect(plan.deletions).toEqual([]);
  expect(plan.events).toEqual([]);
});

test("every wanted object but the password is controlled by the cluster, and lies in its namespace", () => {
  for (const { object } of plan.objects.filter(({ kind }) => kind !== kinds.Secret)) {
    expect(object.metadata).toMatchObject({
      namespace: "example",
      labels: { "multigres.com/cluster": "example-multigres-cluster" },
      ownerReferences: [
        {
          apiVersion: "multigres.com/v1alpha1",
          kind: "MultigresCluster",
          name: "example-multigres-cluster",
          uid: "a1b2c3d4",
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
  }
});

const reference = { name: "example-multigres-cluster", uid: "a1b2c3d4" };
const pull = { imagePullPolicy: "IfNotPresent", imagePullSecrets: [{ name: "my-registry-secret" }] };
const globalTopology = {
  rootPath: "/multigres/global",
  clientServiceName: "example-multigres-cluster-global-client",
  address: "example-multigres-cluster-global-client.example.svc:2379",
};
const etcdResources = { requests: { cpu: "100m", memory: "256Mi" } };
const retain = { whenDeleted: "Retain", whenScaled: "Retain" };

test("the global TopoServer has the printed spec, completed", () => {
  expect(plannedOne(plan, kinds.TopoServer, "example-multigres-cluster-global").spec).toEqual({
    cluster: reference,
    rootPath: "/multigres/global",
    image: "quay.io/coreos/etcd:v3.5.17",
    replicas: 3,
    resources: etcdResources,
    dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
    persistentVolumeClaimRetentionPolicy: retain,
    ...pull,
  });
});

const gatewayResources = { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } };

test("both Cells have the printed spec, completed", () => {
  const common = {
    cluster: reference,
    images: { ...pull, multigateway: "multigres/multigres:latest" },
    globalTopoServer: globalTopology,
    allCells: ["us-east-1a", "us-east-1b"],
    topologyReconciliation: { registerCell: true, pruneTablets: true },
    persistentVolumeClaimRetentionPolicy: retain,
  };
  const cells = planned(plan, kinds.Cell);
  expect(cells.get("example-multigres-cluster-us-east-1a")?.spec).toEqual({
    ...common,
    name: "us-east-1a",
    zone: "us-east-1a",
    multiGateway: { replicas: 2, resources: gatewayResources },
    topoServer: {},
  });
  expect(cells.get("example-multigres-cluster-us-east-1b")?.spec).toEqual({
    ...common,
    name: "us-east-1b",
    zone: "us-east-1b",
    multiGateway: { replicas: 1, resources: gatewayResources },
    topoServer: {
      rootPath: "/multigres/us-east-1b",
      managedSpec: {
        image: "quay.io/coreos/etcd:v3.5.17",
        replicas: 1,
        resources: etcdResources,
        dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } } },
      },
    },
  });
});

const [templatePool] = template.spec.pools;

test("a database by template alone has the template's pools and all that its pods need", () => {
  expect(plannedOne(plan, kinds.TableGroup, "production-db-default").spec).toEqual({
    cluster: reference,
    database: "production_db",
    tableGroup: "default",
    images: {
      ...pull,
      multipooler: "multigres/multigres:latest",
      postgres: "postgres:15.3",
      pgctld: "default/pgctld",
    },
    cells: [
      { name: "us-east-1a", zone: "us-east-1a" },
      {
        name: "us-east-1b",
        zone: "us-east-1b",
        topology: {
          rootPath: "/multigres/us-east-1b",
          address: "example-multigres-cluster-us-east-1b-topo-c0d99d3a-client.example.svc:2379",
        },
      },
    ],
    globalTopoServer: globalTopology,
    multiadmin: { address: "http://example-multigres-cluster-multiadmin.example.svc:18000" },
    durabilityPolicy: "AT_LEAST_2",
    postgresPasswordSecretRef: { name: "example-multigres-cluster-postgres", key: "password" },
    persistentVolumeClaimRetentionPolicy: retain,
    partitioning: { shards: 1 },
    shardTemplate: { pools: template.spec.pools },
  });
});

test("overrides patch one pool of the template and add another", () => {
  const { pools } = plannedOne(plan, kinds.TableGroup, "analytics-db-default").spec.shardTemplate;
  expect(pools).toHaveLength(3);
  expect(pools.map(({ type, cell, replicas }) => ({ type, cell, replicas }))).toEqual([
    { type: "readOnly", cell: "us-east-1a", replicas: 1 },
    { type: "replica", cell: "us-east-1a", replicas: 3 },
    { type: "replica", cell: "us-east-1b", replicas: 3 },
  ]);
  expect(pools[1]).toMatchObject({
    affinity: templatePool?.affinity,
    dataVolumeClaimTemplate: { resources: { requests: { storage: "1000Gi" } } },
    postgres: { resources: { requests: { cpu: "4", memory: "4Gi" } } },
  });
});

test("an inline database stays as it is written", () => {
  const { pools } = plannedOne(plan, kinds.TableGroup, "custom-db-default").spec.shardTemplate;
  expect(pools).toMatchObject(manifest.spec.databases?.find(({ name }) => name === "custom_db")?.spec.pools ?? []);
});

test("when every child is well, the status is the printed one", () => {
  const pools = (name: string) => plannedOne(plan, kinds.TableGroup, name).spec.shardTemplate.pools;
  const status = planFor(cluster, [
    template,
    aTopoServer(cluster),
    aCell(cluster, "us-east-1a"),
    aCell(cluster, "us-east-1b"),
    aTableGroup(cluster, "production_db", { pools: pools("production-db-default") }),
    aTableGroup(cluster, "analytics_db", { pools: pools("analytics-db-default") }),
    aTableGroup(cluster, "custom_db", { pools: pools("custom-db-default") }),
    aWorkload(cluster, "Deployment", "multiadmin"),
    aWorkload(cluster, "StatefulSet", "multiorch"),
  ]).status([]);
  expect(status).toMatchObject({
    observedGeneration: 1,
    globalTopoServer: { etcd: { available: "True" } },
    cells: {
      "us-east-1a": { gatewayAvailable: "True", topoServerAvailable: "True" },
      "us-east-1b": { gatewayAvailable: "True", topoServerAvailable: "True" },
    },
    databases: {
      // What the primary does isn't read yet: printed is True.
      production_db: { desiredInstances: 6, readyInstances: 6, servingWrites: "Unknown" },
      analytics_db: { desiredInstances: 7, readyInstances: 7, servingWrites: "Unknown" },
      custom_db: { desiredInstances: 2, readyInstances: 2, servingWrites: "Unknown" },
    },
    multiadmin: { available: "True", serviceName: "example-multigres-cluster-multiadmin" },
    multiorch: { available: "True", serviceName: "example-multigres-cluster-multiorch" },
  });
  expect(condition(status, "Available").status).toBe("True");
  expect(condition(status, "Progressing").status).toBe("False");
});
