import { kinds, type ResourceKind } from "@multigres/controller-kit";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { leanDemo, leanStd } from "../fixtures/demo.ts";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { childKinds, idOf, objects, volumesOf, workloadKinds } from "../support/objects.ts";
import { condition, eventsOn, settled } from "../support/observing.ts";
import { stored } from "../support/topology.ts";

const cluster = sharedCluster();

const children = [...childKinds, ...workloadKinds, kinds.Pod];
const made = [kinds.MultigresCluster, ...children];

async function names(namespace: string, of: readonly ResourceKind[]): Promise<string[]> {
  return (await objects(cluster, namespace, of)).map(idOf).sort();
}

const volumes = (namespace: string) => volumesOf(cluster, namespace);

/** Which claims each pod of a StatefulSet has. */
async function claimsOfPods(namespace: string): Promise<Record<string, string[]>> {
  const { items } = await cluster.api.list(kinds.Pod, { namespace });
  return Object.fromEntries(
    items.flatMap(({ metadata, spec }) => {
      const claims = (spec?.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
      return claims.length > 0 ? [[`${metadata?.name}`, claims.sort()]] : [];
    }),
  );
}

async function podUids(namespace: string): Promise<string[]> {
  const { items } = await cluster.api.list(kinds.Pod, { namespace });
  return items.map(({ metadata }) => `${metadata?.uid}`).sort();
}

async function remove(namespace: string, cascade: string): Promise<void> {
  const args = ["-n", namespace, "delete", "multigrescluster", "demo", `--cascade=${cascade}`, "--timeout=180s"];
  expect(await cluster.kubectl(args)).toMatchObject({ code: 0 });
}

/** `demo` with several volumes of one StatefulSet, for etcd as for a pool, and otherwise few. */
function wanted(namespace: string, change: Parameters<typeof leanDemo>[0] = () => {}) {
  return leanDemo((cluster) => {
    Object.assign(cluster.spec.globalTopoServer?.managedSpec ?? {}, { replicas: 3 });
    change(cluster);
  }, namespace);
}

async function converge(namespace: string): Promise<void> {
  await cluster.apply(leanStd(undefined, namespace), wanted(namespace));
  await settled(cluster, namespace);
}

/** The tests share a namespace, and each begins with `demo` at rest: what the one before leaves of it, and its volumes. */
describe("the cluster", () => {
  let namespace: string;

  beforeAll(async () => {
    namespace = await cluster.namespace("deletion");
  });
  beforeEach(() => converge(namespace));

  it("case 66: a database that is removed leaves its volumes, which an Event names, and finds them again", async () => {
    const before = { volumes: await volumes(namespace), claims: await claimsOfPods(namespace) };
    const withoutTiny = wanted(namespace, ({ spec }) => {
      spec.databases = spec.databases?.filter(({ name }) => name !== "tiny_db");
    });
    await cluster.apply(withoutTiny);
    await eventually(async () => {
      const left = await names(namespace, [kinds.TableGroup, kinds.Shard, kinds.StatefulSet, kinds.Pod]);
      expect(left.filter((name) => name.includes("tiny-db"))).toEqual([]);
    });
    await settled(cluster, namespace);
    expect(await volumes(namespace)).toEqual(before.volumes);
    const [event] = await eventually(async () => {
      const found = await eventsOn(cluster, namespace, { kind: "MultigresCluster", name: "demo" }, "Removing");
      const about = found.filter(({ note }) => note.includes("TableGroup tiny-db-default"));
      expect(about).toHaveLength(1);
      return about;
    });
    const claims = Object.keys(before.volumes).filter((name) => name.includes("tiny-db"));
    expect(claims).toHaveLength(3);
    expect(event?.note).toContain("Its PersistentVolumeClaims stay: ");
    for (const claim of claims.filter((name) => !name.endsWith("-1"))) expect(event?.note).toContain(claim);
    expect(event?.note).toContain("-0 to -1");

    await converge(namespace);
    expect({ volumes: await volumes(namespace), claims: await claimsOfPods(namespace) }).toEqual(before);
  });

  it("case 67: a cell's topology server that is removed leaves its volume, and the cell uses the global one", async () => {
    const before = await volumes(namespace);
    const plain = wanted(namespace, ({ spec }) => {
      for (const cell of spec.cells) delete cell.spec?.topoServer;
    });
    await cluster.apply(plain);
    await eventually(async () =>
      expect(await names(namespace, [kinds.TopoServer])).toEqual(["TopoServer demo-global"]),
    );
    const { status } = await settled(cluster, namespace);
    expect(status?.cells?.["z2"]).toEqual({ gatewayAvailable: "True", topoServerAvailable: "True" });
    expect(await volumes(namespace)).toEqual(before);
    const host = `demo-global-client.${namespace}.svc`;
    await eventually(async () => {
      const record = (await stored(cluster.topology, `/${host}/multigres/global/`))["cells/z2/Cell"];
      expect(String(record)).toContain(`${host}:2379`);
      const statefulSets = await names(namespace, [kinds.StatefulSet]);
      expect(statefulSets.filter((name) => name.includes("topo"))).toEqual([]);
    });
  });

  it("case 65: made again unchanged has its pods on the same volumes", async () => {
    const before = { volumes: await volumes(namespace), claims: await claimsOfPods(namespace) };
    expect(Object.keys(before.claims)).toHaveLength(8);
    await remove(namespace, "background");
    await eventually(async () => expect(await names(namespace, made)).toEqual([]));
    await converge(namespace);
    expect({ volumes: await volumes(namespace), claims: await claimsOfPods(namespace) }).toEqual(before);
  });

  it("case 64: deleted in the background or foreground leaves only its volumes, orphaned leaves everything running", async () => {
    const before = await volumes(namespace);
    // 4 of the pools, 3 + 1 of etcd, 2 repositories.
    expect(Object.keys(before)).toHaveLength(10);
    const everything = await names(namespace, children);
    const pods = await podUids(namespace);
    await remove(namespace, "orphan");
    expect(await names(namespace, children)).toEqual(everything);
    expect(await podUids(namespace)).toEqual(pods);

    for (const cascade of ["background", "foreground"]) {
      await converge(namespace);
      await remove(namespace, cascade);
      await eventually(async () => expect(await names(namespace, made)).toEqual([]));
      expect(await volumes(namespace), cascade).toEqual(before);
    }
  });
});

describe("volumes of a part of it", () => {
  it("a database that is removed takes its volumes along under whenDeleted: Delete, and comes back with new ones", async () => {
    const namespace = await cluster.namespace("removed");
    const deleting = (...databases: readonly string[]) => {
      const made = small(namespace);
      const [database] = made.spec.databases ?? [];
      made.spec.databases = databases.map((name) => ({ ...database, name, spec: database?.spec ?? {} }));
      made.spec.persistentVolumeClaimRetentionPolicy = { whenDeleted: "Delete" };
      return made;
    };
    await cluster.apply(deleting("db", "tiny_db"));
    await settled(cluster, namespace, "small");
    const before = await volumes(namespace);
    const ofTiny = ([name]: [string, string]) => name.includes("tiny-db");
    const tiny = Object.entries(before).filter(ofTiny);
    expect(tiny).toHaveLength(3);

    const tableGroup = { namespace, name: "tiny-db-default" };
    const { metadata } = await cluster.api.get(kinds.TableGroup, tableGroup);
    await cluster.api.delete(kinds.TableGroup, tableGroup);
    await eventually(async () => {
      const made = await cluster.api.get(kinds.TableGroup, tableGroup);
      expect(made.metadata.uid).not.toBe(metadata.uid);
      expect(condition(made, "Progressing")).toMatchObject({ status: "False" });
    });
    await settled(cluster, namespace, "small");
    expect(await volumes(namespace), "after a deletion by hand").toEqual(before);

    await cluster.apply(deleting("db"));
    const others = Object.fromEntries(Object.entries(before).filter((volume) => !ofTiny(volume)));
    await eventually(async () => expect(await volumes(namespace)).toEqual(others));
    await settled(cluster, namespace, "small");
    expect(await volumes(namespace), "of the other database").toEqual(others);
    await eventually(async () => {
      const events = await eventsOn(cluster, namespace, { kind: "MultigresCluster", name: "small" }, "Removing");
      const notes = events.map(({ note }) => note).filter((note) => note.includes("TableGroup tiny-db-default"));
      expect(notes).toEqual([expect.stringContaining("Its PersistentVolumeClaims go, too, as")]);
    });

    await cluster.apply(deleting("db", "tiny_db"));
    await settled(cluster, namespace, "small");
    const again = await volumes(namespace);
    expect(Object.keys(again)).toEqual(Object.keys(before));
    for (const [name, old] of tiny) expect(again[name], name).not.toBe(old);
  });
});
