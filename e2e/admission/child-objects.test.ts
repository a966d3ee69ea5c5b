import { apiVersion } from "@multigres/api-types";
import { beforeAll, expect, inject, test } from "vitest";
import { accepted, admissionServer, deployFolder, type Draft, kubectl, problem, until } from "./admission-server.ts";
import { withFields } from "./fields.ts";

const server = admissionServer(inject("sharedApiServer"));
const namespace = await server.namespace("children");

const cluster = { name: "demo", uid: "u1" };
const globalTopoServer = { rootPath: "/multigres/global", address: "etcd.example.com:2379" };
const shardContext = {
  cluster,
  database: "prod_db",
  tableGroup: "default",
  images: { multipooler: "multigres:1", postgres: "pgctld:1" },
  cells: [{ name: "z1" }],
  globalTopoServer,
  multiadmin: { address: "http://demo-multiadmin.t1.svc:18000" },
  durabilityPolicy: "AT_LEAST_2",
  postgresPasswordSecretRef: { name: "demo-postgres", key: "password" },
};
const pools = [
  { type: "replica", cell: "z1", replicas: 3, dataVolumeClaimTemplate: {}, postgres: {}, multipooler: {} },
];
const topoServer = { cluster, rootPath: "/multigres/z1", image: "etcd:1", replicas: 3, dataVolumeClaimTemplate: {} };

const children = {
  globalTopoServer: aChild("TopoServer", "demo-global", topoServer),
  cellTopoServer: aChild("TopoServer", "demo-z1-topo", { ...topoServer, cell: "z1" }),
  cell: aChild("Cell", "demo-z1", {
    cluster,
    name: "z1",
    images: { multigateway: "multigres:1" },
    multiGateway: { replicas: 1 },
    globalTopoServer,
    topoServer: {},
    allCells: ["z1"],
  }),
  tableGroup: aChild("TableGroup", "prod-db-default", {
    ...shardContext,
    partitioning: { shards: 1 },
    shardTemplate: { pools },
  }),
  shard: aChild("Shard", "prod-db-default-0", { ...shardContext, shard: 0, pools }),
};

function aChild(kind: string, name: string, spec: object): Draft {
  return { apiVersion, kind, metadata: { name, namespace }, spec } as Draft;
}

beforeAll(async () => {
  for (const child of Object.values(children)) accepted(await server.create(child));
});

test.each<[keyof typeof children, string, unknown]>([
  ["globalTopoServer", "cluster.name", "other"],
  ["globalTopoServer", "cell", "z1"],
  ["cellTopoServer", "cell", undefined],
  ["cellTopoServer", "cell", "z2"],
  ["cell", "cluster.name", "other"],
  ["cell", "name", "z2"],
  ["tableGroup", "cluster.name", "other"],
  ["tableGroup", "database", "other"],
  ["tableGroup", "tableGroup", "other"],
  ["shard", "cluster.name", "other"],
  ["shard", "database", "other"],
  ["shard", "tableGroup", "other"],
  ["shard", "shard", 1],
])("the %s can't become another one by %s: %s", async (child, field, value) => {
  const refusal = problem(await server.checkChange(withFields(children[child], { [`spec.${field}`]: value })));
  expect(refusal).toContain("can't change: they say which");
  expect(refusal).toContain(field);
});

test.each(Object.entries(children))("the %s may follow a cluster that was made again", async (_, child) => {
  expect(problem(await server.checkChange(withFields(child, { "spec.cluster.uid": "u2" })))).toBeUndefined();
});

test("children can be edited by hand in the default install, and with the optional policy by the operator only", async () => {
  // A namespace of its own, because it goes in the end.
  const elsewhere = await server.namespace("children");
  const child = (name: string) =>
    withFields(children.globalTopoServer, { "metadata.name": name, "metadata.namespace": elsewhere });
  const policy = `${deployFolder}/components/read-only-children/policy.yaml`;
  const edit = () => server.checkChange(withFields(child("before"), { "spec.replicas": 5 }));
  accepted(await server.create(child("before")));
  expect(problem(await edit())).toBeUndefined();

  await kubectl(server, ["apply", "-f", policy]);
  try {
    await until(async () => !(await edit()).accepted, "the policy bites");
    const message = "is made by the operator: edit MultigresCluster demo instead.";
    expect(problem(await edit())).toContain(`TopoServer before ${message}`);
    expect(problem(await server.check(child("new")))).toContain(message);
    expect(problem(await server.checkRemoval(child("before")))).toContain(message);
    expect(
      problem(await server.checkChange(withFields(child("before"), { "metadata.labels": { team: "a" } }))),
    ).toBeUndefined();

    const asOperator = [
      "--as=system:serviceaccount:multigres-system:cluster-controller",
      "--as-group=system:serviceaccounts:multigres-system",
      "--as-group=system:masters",
    ];
    await kubectl(server, ["create", ...asOperator, "-f", "-"], JSON.stringify(child("by-operator")));
    await kubectl(server, ["delete", ...asOperator, "toposerver", "before", "-n", elsewhere]);

    await kubectl(server, ["delete", "namespace", elsewhere, "--timeout=200s"]);
  } finally {
    await kubectl(server, ["delete", "-f", policy]);
    await until(
      async () => (await server.check(withFields(children.globalTopoServer, { "metadata.name": "new" }))).accepted,
      "the policy is gone",
    );
  }
});
