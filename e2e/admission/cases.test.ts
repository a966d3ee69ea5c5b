import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { demo, std } from "../fixtures/demo.ts";
import { eventually } from "../support/eventually.ts";
import { accepted, admissionServer, deployFolder, type Draft, kubectl, problem } from "./admission-server.ts";
import { tinyStorage, withFields } from "./fields.ts";

const exampleFile = `${deployFolder}/examples/example.yaml`;
const server = admissionServer(inject("sharedApiServer"));
let cluster: Draft;
let template: Draft;
let namespace: string;

beforeAll(async () => {
  [cluster, template] = parseAllDocuments(await readFile(exampleFile, "utf8")).map((document) => document.toJS()) as [
    Draft,
    Draft,
  ];
  const example = { apiVersion: "v1", kind: "Namespace", metadata: { name: cluster.metadata.namespace } };
  await server.request({ method: "POST", path: "/api/v1/namespaces", body: example });
  await kubectl(server, ["apply", "-f", exampleFile]);
  namespace = await server.namespace("cases");
  await server.create(ours());
});

const ours = (change?: Parameters<typeof demo>[0]) => demo(change, namespace);

/** `demo` under a name of its own, so that nothing but the changed fields can be in the way. */
const fresh = (fields: Record<string, unknown>) => withFields(ours(), { "metadata.name": "fresh", ...fields });

async function refusedWith(fields: Record<string, unknown>): Promise<string | undefined> {
  return problem(await server.check(fresh(fields)));
}

const database = "spec.databases.1.spec";
const pool = (type: string, cell: string) => ({ type, cell });

describe("admission", () => {
  test("case 1: the spec's MultigresCluster is accepted and reads back unchanged, with the printed status too", async () => {
    expect((await server.read(cluster)).spec).toEqual(cluster.spec);

    const printed = parse(await readFile(`${deployFolder}/../e2e/fixtures/example-status.yaml`, "utf8")) as {
      status: unknown;
    };
    accepted(await server.writeStatus(cluster, printed.status));
    const stored = await server.read(cluster);
    expect(stored.status).toEqual(printed.status);
    expect(stored.spec).toEqual(cluster.spec);
  });

  test("case 2: the spec's ShardTemplate is accepted and reads back unchanged", async () => {
    expect((await server.read(template)).spec).toEqual(template.spec);
  });

  test("case 3: a database with both shardTemplateRef and pools is refused, naming both", async () => {
    const message = await refusedWith({ [`${database}.shardTemplateRef`]: "std" });
    expect(message).toContain("spec.databases[1].spec");
    expect(message).toContain("Set exactly one of shardTemplateRef and pools");
  });

  test("case 4: a database with neither shardTemplateRef nor pools is refused, naming both", async () => {
    expect(await refusedWith({ [`${database}.pools`]: undefined })).toContain(
      "Set exactly one of shardTemplateRef and pools",
    );
  });

  test("case 5: a cell with both static and dynamic gateways is refused", async () => {
    const message = await refusedWith({ "spec.cells.0.spec.multiGateway.dynamic": { replicasPerCell: 1 } });
    expect(message).toContain("spec.cells[0].spec.multiGateway");
    expect(message).toContain("at most one of static and dynamic");
  });

  test("case 6: a cell with both zone and region is refused, with neither it is accepted", async () => {
    expect(await refusedWith({ "spec.cells.0.spec.region": "r1" })).toContain("at most one of zone and region");
    expect(problem(await server.check(fresh({ "spec.cells.0.spec.zone": undefined })))).toBeUndefined();
  });

  test("case 7: a topology server with both managedSpec and external is refused, global or of a cell", async () => {
    const external = { address: "etcd.example:2379" };
    expect(await refusedWith({ "spec.globalTopoServer.external": external })).toContain(
      "at most one of managedSpec and external",
    );
    const message = await refusedWith({ "spec.cells.1.spec.topoServer.external": external });
    expect(message).toContain("spec.cells[1].spec.topoServer");
    expect(message).toContain("at most one of managedSpec and external");
  });

  test("case 8: two pools of one list with the same type and cell are refused as duplicates", async () => {
    const twice = [pool("replica", "z2"), pool("replica", "z2")];
    expect(await refusedWith({ [`${database}.pools`]: twice })).toMatch(
      /spec\.pools\[1\]: Duplicate value: .*cell.*z2.*type.*replica/,
    );
    expect(await refusedWith({ "spec.databases.0.spec.overrides": twice })).toContain(
      "spec.overrides[1]: Duplicate value",
    );
    expect(
      problem(
        await server.check(withFields(std(undefined, namespace), { "metadata.name": "twice", "spec.pools": twice })),
      ),
    ).toContain("spec.pools[1]: Duplicate value");
    const different = [pool("replica", "z2"), pool("readOnly", "z2"), pool("replica", "z1")];
    expect(problem(await server.check(fresh({ [`${database}.pools`]: different })))).toBeUndefined();
  });

  test("case 9: two cells or two databases of the same name are refused", async () => {
    expect(await refusedWith({ "spec.cells.1.name": "z1" })).toMatch(/spec\.cells\[1\]: Duplicate value: .*z1/);
    expect(await refusedWith({ "spec.databases.1.name": "prod_db" })).toMatch(
      /spec\.databases\[1\]: Duplicate value: .*prod_db/,
    );
  });

  test("case 10: databases whose names are one in Kubernetes are refused, naming both", async () => {
    const message = await refusedWith({ "spec.databases.0.name": "a_b", "spec.databases.1.name": "a-b" });
    expect(message).toContain("a_b, a-b would get the same names in Kubernetes");
    expect(await refusedWith({ "spec.databases.0.name": "Sales", "spec.databases.1.name": "sales" })).toContain(
      "Sales, sales",
    );
  });

  test("case 11: a pool of type primary is refused with the allowed types", async () => {
    expect(await refusedWith({ [`${database}.pools.0.type`]: "primary" })).toMatch(
      /pools\[0\]\.type: Unsupported value: "primary": supported values: "replica", "readOnly"/,
    );
  });

  test("case 12: a resourceMultiplier of 0 or below is refused; 0.5 and the integer 1 are accepted", async () => {
    const multiplier = "spec.cells.1.spec.multiGateway.dynamic.resourceMultiplier";
    for (const value of [0, -2])
      expect(await refusedWith({ [multiplier]: value })).toContain("resourceMultiplier must be above 0");
    for (const value of [0.5, 1]) expect(problem(await server.check(fresh({ [multiplier]: value })))).toBeUndefined();
  });

  test("case 13: storage may grow or be spelled differently, but not shrink", async () => {
    const message = problem(await server.checkChange(withFields(ours(), { [tinyStorage]: "500Mi" })));
    expect(message).toContain("storage can grow but not shrink");
    expect(message).toContain("databases/tiny_db/replica/z2 (was 1Gi)");
    for (const size of ["2Gi", "1024Mi", 1073741824]) {
      expect(problem(await server.checkChange(withFields(ours(), { [tinyStorage]: size })))).toBeUndefined();
    }
  });

  test("case 14: the number of etcd members can't change, and the message says why", async () => {
    const message = problem(
      await server.checkChange(withFields(ours(), { "spec.globalTopoServer.managedSpec.replicas": 5 })),
    );
    expect(message).toContain(
      "globalTopoServer.managedSpec.replicas of a managed etcd can't change, because members would have to join or leave",
    );
    const inCell = problem(
      await server.checkChange(withFields(ours(), { "spec.cells.1.spec.topoServer.managedSpec.replicas": 3 })),
    );
    expect(inCell).toContain("spec.cells[1]");
  });

  test("case 15: a cell's zone can't change", async () => {
    const message = problem(await server.checkChange(withFields(ours(), { "spec.cells.0.spec.zone": "z9" })));
    expect(message).toContain("spec.cells[0]");
    expect(message).toContain("zone and region of a cell can't change");
  });

  test("case 16: a cell that a pool uses can't be removed; another one can be added", async () => {
    const message = problem(await server.checkChange(ours((cluster) => cluster.spec.cells.pop())));
    expect(message).toContain("a cell cannot be removed while databases have pools or overrides there: tiny_db (z2)");
    expect(
      problem(await server.checkChange(ours((cluster) => cluster.spec.cells.push({ name: "z3" })))),
    ).toBeUndefined();
  });

  test("case 17: a pool in a cell that the cluster doesn't define is refused", async () => {
    const message = await refusedWith({ [`${database}.pools.0.cell`]: "nope" });
    expect(message).toContain("name cells that spec.cells does not define: tiny_db (nope)");
    expect(message).toContain("name one of: z1, z2");
  });

  test("case 18: an unknown field is refused under strict validation, with the same error on a server-side dry run", async () => {
    const text = JSON.stringify(withFields(ours(), { "metadata.name": "typo", "spec.databses": [] }));
    const apply = (...flags: string[]) =>
      server.kubectl(["create", "--validate=strict", ...flags, "-f", "-"], { stdin: text });
    const [real, dry] = [await apply(), await apply("--dry-run=server")];
    expect(real.code).not.toBe(0);
    expect(real.stderr).toContain('unknown field "spec.databses"');
    expect(dry).toEqual(real);
  });

  test("case 19: every CRD fits into the annotation of client-side apply", async () => {
    const crds = JSON.parse(await kubectl(server, ["get", "crd", "-o", "json"])) as {
      items: { metadata: { name: string; annotations: Record<string, string> } }[];
    };
    expect(crds.items).toHaveLength(6);
    for (const { metadata } of crds.items) {
      const applied = metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"] ?? "";
      expect(applied).toContain(metadata.name);
      expect(Buffer.byteLength(applied)).toBeLessThanOrEqual(262_144);
    }
  });
});

describe("kubectl", () => {
  test("explains the whole spec", async () => {
    // The server makes its OpenAPI document a moment after it takes objects of a new kind.
    await eventually(async () => {
      const text = await kubectl(server, ["explain", "multigrescluster.spec", "--recursive"]);
      expect(text).toContain("shardTemplateRef");
    });
    expect(await kubectl(server, ["explain", "mgc.spec.cells.spec.zone"])).toContain(
      "this topology.kubernetes.io/zone",
    );
  });

  test("installs the CRDs and policies server-side too", async () => {
    const text = await kubectl(server, ["apply", "--server-side", "--force-conflicts", "-k", `${deployFolder}/crds`]);
    expect(text.trim().split("\n")).toHaveLength(16);
  });

  test("shows availability, ready and desired instances, and age", async () => {
    accepted(
      await server.writeStatus(ours(), {
        conditions: [
          { type: "Available", status: "True" },
          { type: "Progressing", status: "False" },
        ],
        desiredInstances: 15,
        readyInstances: 14,
      }),
    );
    const [header = "", row = ""] = (await kubectl(server, ["get", "mgc", "demo", "-n", namespace])).split("\n");
    expect(header.split(/\s+/)).toEqual(["NAME", "AVAILABLE", "PROGRESSING", "READY", "DESIRED", "AGE"]);
    expect(row.split(/\s+/).slice(0, 5)).toEqual(["demo", "True", "False", "14", "15"]);
  });

  test("lists all kinds under the category multigres", async () => {
    const { resources } = (await server.request({ method: "GET", path: "/apis/multigres.com/v1alpha1" })) as {
      resources: { kind: string; name: string; categories?: string[] }[];
    };
    const listed = resources
      .filter((resource) => resource.categories?.includes("multigres"))
      .map((resource) => resource.kind);
    expect(listed.sort()).toEqual(["Cell", "MultigresCluster", "Shard", "ShardTemplate", "TableGroup", "TopoServer"]);
  });
});
