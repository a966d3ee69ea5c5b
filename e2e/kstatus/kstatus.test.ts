import { type KubernetesObject, kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demo, leanDemo, leanStd } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { settled } from "../support/observing.ts";
import { recordStatuses, type Status, type Statuses, statusOf, watchedKinds } from "./statuses.ts";

const cluster = sharedCluster();

const tree = [
  "MultigresCluster demo",
  "TopoServer demo-global",
  "TopoServer demo-z2-topo-41ea4667",
  "Cell demo-z1",
  "Cell demo-z2",
  "TableGroup prod-db-default",
  "TableGroup tiny-db-default",
  "Shard prod-db-default-0",
  "Shard tiny-db-default-0",
];

/** The same for each of some objects. */
const each = (objects: readonly string[], history: readonly Status[]) =>
  Object.fromEntries(objects.map((object) => [object, history]));

describe("kstatus says of a cluster's objects what a person expects", () => {
  let namespace: string;
  let statuses: Statuses;

  beforeAll(async () => {
    namespace = await cluster.namespace("kstatus");
    statuses = await recordStatuses(cluster, namespace);
  });
  afterAll(() => statuses?.stop());

  const kubectl = async (...args: readonly string[]) => {
    const { code, stderr, stdout } = await cluster.kubectl([...args, "-n", namespace]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return stdout;
  };

  it("created, converging, ready: InProgress from the first moment, then Current, without going back and forth", async () => {
    await cluster.apply(leanStd(undefined, namespace), leanDemo(undefined, namespace));
    await settled(cluster, namespace);
    const story = { ...each(tree, ["InProgress", "Current"]), "ShardTemplate std": ["Current"] };
    await eventually(async () => expect(await statuses.history()).toEqual(story));
  });

  it("ready: everything that it consists of is Current, too", async () => {
    await eventually(async () => {
      const workloads = await kubectl("get", "deployments,statefulsets,services,pdb,pvc,configmaps,pods", "-o", "json");
      const { items } = JSON.parse(workloads) as { items: KubernetesObject[] };
      expect(new Set(Object.values(await statusOf(items)))).toEqual(new Set(["Current"]));
      expect(items.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(["Deployment", "StatefulSet", "PodDisruptionBudget"]),
      );
    });
  });

  it("edited: InProgress as soon as the edit is accepted, wherever it leads to", async () => {
    await statuses.mark();
    const replicas = 2;
    await cluster.apply(
      leanDemo(({ spec }) => Object.assign(spec.cells[0]?.spec?.multiGateway?.static ?? {}, { replicas }), namespace),
    );
    await eventually(async () =>
      expect(await statuses.history()).toMatchObject(
        each(["MultigresCluster demo", "Cell demo-z1"], ["InProgress", "Current"]),
      ),
    );
    expect(await statuses.history()).not.toHaveProperty(["Shard prod-db-default-0"]);
  });

  it.each([
    ["an etcd", /^demo-z2-topo-41ea4667-0$/, ["TopoServer demo-z2-topo-41ea4667", "Cell demo-z2"]],
    ["a gateway", /^demo-z1-gateway-/, ["Cell demo-z1"]],
    ["a pool", /prod-db.*-0$/, ["Shard prod-db-default-0", "TableGroup prod-db-default"]],
  ])("a pod of %s isn't ready: InProgress up to the cluster, Current when it is again", async (_, pattern, objects) => {
    const names = (await kubectl("get", "pods", "-o", "jsonpath={.items[*].metadata.name}")).split(" ");
    const pod = names.find((name) => pattern.test(name)) ?? `none of ${names.join()}`;
    await statuses.mark();
    await kubectl("annotate", "pod", pod, "multigres.com/test-ready=false");
    await eventually(async () =>
      expect(await statuses.history()).toMatchObject(each([...objects, "MultigresCluster demo"], ["InProgress"])),
    );
    await kubectl("annotate", "pod", pod, "multigres.com/test-ready-");
    await eventually(async () =>
      expect(await statuses.history()).toMatchObject(
        each([...objects, "MultigresCluster demo"], ["InProgress", "Current"]),
      ),
    );
  });

  it("a template is missing: Failed, with its name, until it is there", async () => {
    await statuses.mark();
    const databases = demo().spec.databases ?? [];
    await cluster.apply(
      leanDemo(({ spec }) => {
        spec.databases = [...databases, { name: "late_db", spec: { shardTemplateRef: "late" } }];
      }, namespace),
    );
    await eventually(async () =>
      expect((await statuses.latest())["MultigresCluster demo"]).toEqual({
        status: "Failed",
        message: expect.stringContaining("ShardTemplate late"),
      }),
    );
    await cluster.apply(leanStd(({ metadata }) => Object.assign(metadata, { name: "late" }), namespace));
    const story = {
      ...each(["MultigresCluster demo"], ["InProgress", "Failed", "InProgress", "Current"]),
      ...each(["TableGroup late-db-default", "Shard late-db-default-0"], ["InProgress", "Current"]),
    };
    await eventually(async () => expect(await statuses.history()).toMatchObject(story));
  });

  it("a name is taken by somebody else: Failed, with the name, until it is free", async () => {
    const service = { namespace, name: "demo-z3-gateway" };
    const foreign: KubernetesObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: service,
      spec: { ports: [{ port: 1 }] },
    } as KubernetesObject;
    await cluster.api.create(kinds.Service, foreign);
    await cluster.apply(
      leanDemo(({ spec }) => {
        spec.cells.push({ name: "z3", spec: { zone: "z3" } });
      }, namespace),
    );
    await eventually(async () => {
      const latest = await statuses.latest();
      for (const object of ["Cell demo-z3", "MultigresCluster demo"]) {
        expect(latest[object]).toEqual({ status: "Failed", message: expect.stringContaining(service.name) });
      }
    });
    await cluster.api.delete(kinds.Service, service);
    // A name is tried again at longer and longer intervals.
    await eventually(async () => {
      const latest = await statuses.latest();
      expect([latest["Cell demo-z3"]?.status, latest["MultigresCluster demo"]?.status]).toEqual(["Current", "Current"]);
    });
  });

  it("deleted, waiting for what it owns: Terminating, then not found", async () => {
    await statuses.mark();
    const deletion = ["delete", "mgc", "demo", "-n", namespace, "--cascade=foreground", "--wait=true"];
    const deleted = await cluster.kubectl(deletion);
    expect(deleted).toMatchObject({ code: 0, stderr: "" });
    await eventually(async () => expect((await statuses.history())["MultigresCluster demo"]).toEqual(["Terminating"]));
    await eventually(async () => {
      for (const kind of watchedKinds.filter(({ kind: name }) => name !== "ShardTemplate")) {
        expect((await cluster.api.list(kind, { namespace })).items).toEqual([]);
      }
    });
    expect((await cluster.kubectl(["get", "mgc", "demo", "-n", namespace])).stderr).toContain("NotFound");
  });
});
