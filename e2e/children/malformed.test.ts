import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { always, eventually, still } from "../support/eventually.ts";
import { childKinds } from "../support/objects.ts";
import { condition, eventsOn, settled } from "../support/observing.ts";
import { type OwnCluster, startOwnCluster } from "../support/own-operator.ts";
import { writesFromRest } from "../support/writes.ts";

let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await startOwnCluster();
  await acceptAnything(cluster);
});
afterAll(() => cluster?.stop());

type Body = Readonly<Record<string, unknown>>;

type WithSpec = KubernetesObject & { spec?: unknown };

const controllerOf = {
  MultigresCluster: "cluster-controller",
  Cell: "cell-controller",
  TableGroup: "tablegroup-controller",
  Shard: "shard-controller",
  TopoServer: "topo-controller",
} as const;
const reconciled = Object.keys(controllerOf) as (keyof typeof controllerOf)[];

/** What a schema would never let through, in ways that trip code up at different places. */
const nonsense = {
  "no-spec": {},
  "spec-is-text": { spec: "nonsense" },
  "spec-is-a-list": { spec: [1, 2] },
  "spec-is-empty": { spec: {} },
  "fields-are-numbers": {
    spec: { cluster: 1, cells: 2, databases: 3, pools: 4, name: 5, topoServer: 6, partitioning: 7, shardTemplate: 8 },
  },
  "lists-hold-null": {
    spec: {
      cluster: { name: null },
      cells: [null],
      databases: [null],
      pools: [null],
      shardTemplate: { pools: [null] },
    },
  },
};

/** As left behind by another version of the operator, or by somebody who edited the CRDs: whatever is sent is stored. */
async function acceptAnything({ kubectl }: OwnCluster): Promise<void> {
  const crds = [...reconciled.map((kind) => kinds[kind].plural), kinds.ShardTemplate.plural];
  for (const plural of crds) {
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    const patch = JSON.stringify([{ op: "replace", path: "/spec/versions/0/schema", value: schema }]);
    expect(await kubectl(["patch", "crd", `${plural}.multigres.com`, "--type=json", "-p", patch])).toMatchObject({
      code: 0,
    });
  }
  expect(await kubectl(["delete", "validatingadmissionpolicybinding", "--all"])).toMatchObject({ code: 0 });
}

function object(kind: string, namespace: string, name: string, body: Body): KubernetesObject {
  return { apiVersion: "multigres.com/v1alpha1", kind, metadata: { namespace, name }, ...body };
}

/** Creates an object although a server that just got a looser schema may refuse it a moment longer. */
function store<T extends KubernetesObject>(kind: ResourceKind<T>, given: KubernetesObject): Promise<T> {
  return eventually(() => cluster.api.create(kind, given as T));
}

/** Makes one of the kind's objects nonsense and returns what it was; again, when its controller wrote in between. */
function spoil(namespace: string, kind: ResourceKind<WithSpec>, body: Body) {
  return eventually(async () => {
    const [child] = (await cluster.api.list(kind, { namespace })).items;
    const { metadata, spec } = child ?? {};
    const name = metadata?.name ?? "";
    await cluster.api.replace(kind, { ...object(kind.kind, namespace, name, body), metadata });
    return { name, uid: metadata?.uid, spec };
  });
}

describe("an object that its controller can't parse", () => {
  it("is reported on the object itself, in whatever way it is wrong, and holds back no other", async () => {
    const namespace = await cluster.namespace("malformed");
    const wrong = reconciled.flatMap((kind) => Object.entries(nonsense).map(([name, body]) => ({ kind, name, body })));
    for (const { kind, name, body } of wrong) {
      await store<KubernetesObject>(kinds[kind], object(kind, namespace, name, body));
    }
    for (const { kind, name } of wrong) {
      await eventually(async () => {
        const found = await cluster.api.get<KubernetesObject>(kinds[kind], { namespace, name });
        const of = { kind, name };
        expect({ of, stalled: condition(found, "Stalled") }).toMatchObject({
          of,
          stalled: { status: "True", reason: "InvalidObject", message: expect.stringContaining("spec") },
        });
        expect({ of, available: condition(found, "Available") }).toMatchObject({ of, available: { status: "False" } });
        expect({ of, events: await eventsOn(cluster, namespace, of, "InvalidObject") }).toMatchObject({
          of,
          events: [{ type: "Warning", count: 1, reportingController: expect.stringContaining(controllerOf[kind]) }],
        });
      });
    }

    const elsewhere = await cluster.namespace("well-formed");
    await cluster.apply(small(elsewhere));
    await settled(cluster, elsewhere, "small");
    const writes = await writesFromRest(cluster, namespace);
    await still(() => expect(writes().filter(({ byOperator }) => byOperator)).toEqual([]));
  });

  it("is taken up once it is corrected", async () => {
    const namespace = await cluster.namespace("corrected");
    const { spec, ...rest } = small(namespace);
    await store(kinds.MultigresCluster, { ...rest, spec: { ...spec, cells: "z1" } } as KubernetesObject);
    await eventually(async () => {
      const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
      expect(condition(found, "Stalled")).toMatchObject({ status: "True", reason: "InvalidObject" });
      expect(condition(found, "Stalled")?.message).toContain("spec.cells");
    });
    await cluster.api.mergePatch(kinds.MultigresCluster, { namespace, name: "small" }, { spec: { cells: spec.cells } });
    expect(condition(await settled(cluster, namespace, "small"), "Stalled")).toMatchObject({ status: "False" });
  });

  it("that was fine before keeps everything that it has, and its siblings go on", async () => {
    const namespace = await cluster.namespace("spoiled");
    await cluster.apply(small(namespace));
    const before = await eventually(async () => {
      const served = await settled(cluster, namespace, "small");
      expect(served.status?.databases?.["db"]).toMatchObject({ readyInstances: 2, servingWrites: "True" });
      return served;
    });
    const pods = async () =>
      new Set((await cluster.api.list(kinds.Pod, { namespace })).items.map(({ metadata }) => metadata?.uid));
    const running = await pods();
    await cluster.api.mergePatch(kinds.MultigresCluster, { namespace, name: "small" }, { spec: { cells: 7 } });
    const found = await eventually(async () => {
      const current = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
      expect(condition(current, "Stalled")).toMatchObject({ status: "True", reason: "InvalidObject" });
      return current;
    });
    expect(condition(found, "Available")).not.toMatchObject({ status: "True" });
    expect(found.status?.databases).toEqual(before.status?.databases);
    await always(async () => expect(await pods()).toEqual(running));

    // A sibling of what is malformed: its controller works, although the root can't be read.
    await cluster.api.delete(kinds.Shard, { namespace, name: "db-default-0" });
    await eventually(async () => {
      const shard = await cluster.api.get(kinds.Shard, { namespace, name: "db-default-0" });
      expect(condition(shard, "Available")).toMatchObject({ status: "True" });
    });
  });

  it("and belongs to a cluster is put back by its parent's controller", async () => {
    const namespace = await cluster.namespace("put-back");
    await cluster.apply(small(namespace));
    await settled(cluster, namespace, "small");
    for (const kind of childKinds) {
      for (const how of ["spec-is-text", "lists-hold-null"] as const) {
        const before = await spoil(namespace, kind, nonsense[how]);
        await eventually(async () => {
          const { metadata, spec } = await cluster.api.get<WithSpec>(kind, { namespace, name: before.name });
          const after = { name: metadata?.name, uid: metadata?.uid, spec };
          expect({ kind: kind.kind, how, ...after }).toEqual({ kind: kind.kind, how, ...before });
        });
      }
    }
    await settled(cluster, namespace, "small");
  });

  it("that is a ShardTemplate holds back the databases that refer to it", async () => {
    const namespace = await cluster.namespace("template");
    await store(kinds.ShardTemplate, object("ShardTemplate", namespace, "std", { spec: { pools: "z1" } }));
    const wanted = small(namespace);
    wanted.spec.databases?.push({ name: "templated", spec: { shardTemplateRef: "std" } });
    await cluster.apply(wanted);
    const held = await eventually(async () => {
      const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
      expect(condition(found, "TemplateResolved")).toMatchObject({ status: "False", reason: "TemplateInvalid" });
      expect(found.status?.databases?.["db"]).toMatchObject({ readyInstances: 2 });
      return found;
    });
    expect(condition(held, "TemplateResolved")?.message).toMatch(
      /templated.*ShardTemplate std is malformed at spec\.pools/,
    );
    await cluster.api.mergePatch(
      kinds.ShardTemplate,
      { namespace, name: "std" },
      { spec: { pools: [{ type: "replica", cell: "z1", replicas: 2 }] } },
    );
    await settled(cluster, namespace, "small");
  });
});
