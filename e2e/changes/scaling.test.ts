import type { MultigresCluster } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import type { Script } from "@multigres/tools/multiadmin";
import { beforeAll, describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { always, eventually } from "../support/eventually.ts";
import { condition, settled } from "../support/observing.ts";
import { allDisruptionsOf, podsOf } from "./pool-pods.ts";

const cluster = sharedCluster();

function ordinalsOf(names: Iterable<string>): number[] {
  return [...names].map((name) => Number(name.slice(name.lastIndexOf("-") + 1))).sort((a, b) => a - b);
}

/** The tests share a cluster: each begins by scaling the pool, the first one before there was any failover. */
describe("replicas of a pool", () => {
  let namespace: string;

  const scaledTo = async (replicas: number) => {
    await cluster.apply(small(namespace, { pods: replicas }));
    await eventually(async () => {
      const found = await settled(cluster, namespace, "small");
      expect(found.status?.databases?.["db"]).toMatchObject({ desiredInstances: replicas, readyInstances: replicas });
      expect((await podsOf(cluster, namespace, "shard-pool")).size).toBe(replicas);
    });
  };
  const say = (script: Script) => cluster.multiadmin.script({ namespace, name: "small" }, script);
  const shard = () => cluster.api.get(kinds.Shard, { namespace, name: "db-default-0" });
  const primary = () =>
    eventually(async () => {
      const { status } = await shard();
      expect(status?.servingWrites).toBe("True");
      return status?.primaryPod ?? "";
    });
  const claims = async () => {
    const { items } = await cluster.api.list(kinds.PersistentVolumeClaim, { namespace });
    return Object.fromEntries(
      items
        .filter(({ metadata }) => metadata?.name?.startsWith("data-small-db"))
        .map(({ metadata }) => [ordinalsOf([metadata?.name ?? ""])[0], metadata?.uid]),
    );
  };

  beforeAll(async () => {
    namespace = await cluster.namespace("scaling");
  });

  it("grow after a fresh backup where there were failovers", async () => {
    await scaledTo(3);
    // A pod that doesn't follow yet would be a reason for a backup, too.
    await eventually(async () => {
      const roles = (await shard()).status?.podRoles?.map(({ role }) => role);
      expect(roles?.toSorted()).toEqual(["Follower", "Follower", "Primary"]);
    });
    const backups = async () => {
      const requests = await cluster.multiadmin.requests({ namespace, name: "small" });
      return requests.filter(({ method, path }) => method === "POST" && path === "/api/v1/backups");
    };
    await scaledTo(4);
    expect(await backups()).toEqual([]);
    const first = await primary();
    const other = [...(await podsOf(cluster, namespace, "shard-pool")).keys()].find((name) => name !== first) ?? "";
    await say({ shards: { db: { primary: other } } });
    await eventually(async () => expect(await primary()).toBe(other));
    await say({});
    await scaledTo(5);
    expect(await backups()).toHaveLength(1);
    expect(JSON.parse((await backups())[0]?.body ?? "{}")).toMatchObject({ forcePrimary: true, database: "db" });
  });

  it("case 52: 3, 5, 2: the highest ordinals go first, one at a time; volumes stay and are taken again by 3", async () => {
    await scaledTo(3);
    await scaledTo(5);
    const volumes = await claims();
    expect(Object.keys(volumes)).toEqual(["0", "1", "2", "3", "4"]);

    const pods = await podsOf(cluster, namespace, "shard-pool");
    const history = await cluster.history(kinds.Pod, namespace);
    await scaledTo(2);
    const { order } = await allDisruptionsOf(pods, history, "db", 3);
    history.stop();
    expect(order.map((name) => ordinalsOf([name])[0])).toEqual([4, 3, 2]);
    expect(await claims()).toEqual(volumes);
    await eventually(async () => {
      const { items } = await cluster.api.list(kinds.Service, {
        namespace,
        labelSelector: "multigres.com/database=db",
      });
      expect(items).toHaveLength(3);
      const { items: budgets } = await cluster.api.list(kinds.PodDisruptionBudget, {
        namespace,
        labelSelector: "multigres.com/database=db",
      });
      expect(budgets[0]?.spec?.minAvailable).toBe(1);
    });

    await scaledTo(3);
    expect(await claims()).toEqual(volumes);
    const again = (await podsOf(cluster, namespace, "shard-pool")).values();
    const used = [...again].flatMap(({ spec }) =>
      (spec?.volumes ?? []).map((volume) => volume.persistentVolumeClaim?.claimName),
    );
    expect(ordinalsOf(used.filter((name) => name?.startsWith("data-small-db")) as string[])).toEqual([0, 1, 2]);
  });

  it("shrink past the primary after switching over, and never take it", async () => {
    await scaledTo(4);
    await primary();
    const [highest = ""] = [...(await podsOf(cluster, namespace, "shard-pool")).keys()].sort().reverse();
    await say({ shards: { db: { primary: highest } } });
    await eventually(async () => expect(await primary()).toBe(highest));
    await say({});
    const switchOvers = async () => {
      const requests = await cluster.multiadmin.requests({ namespace, name: "small" });
      return requests.filter(({ path }) => path.endsWith("/switch-primary")).length;
    };
    const switchedBefore = await switchOvers();
    await scaledTo(2);
    expect(await switchOvers()).toBeGreaterThan(switchedBefore);
    expect(await primary()).not.toBe(highest);
  });

  it("stop at the quorum, serve on, and say so", async () => {
    await scaledTo(3);
    await cluster.apply(small(namespace, { pods: 1 }));
    await eventually(async () => {
      const found = await shard();
      expect(condition(found, "Stalled")).toMatchObject({ status: "True", reason: "QuorumUnreachable" });
      expect(condition(found, "Stalled")?.message).toContain("so 1 more stays");
      expect(condition(found, "Available")).toMatchObject({ status: "True" });
      expect((await podsOf(cluster, namespace, "shard-pool")).size).toBe(2);
    });
    await always(async () => {
      expect((await podsOf(cluster, namespace, "shard-pool")).size).toBe(2);
      expect(condition(await shard(), "Available")).toMatchObject({ status: "True" });
    });
    await scaledTo(2);
  });
});

describe("a removed pool", () => {
  it("loses its pods one at a time and its volumes never, and takes them again when it is back", async () => {
    const namespace = await cluster.namespace("pool");
    const pools = (...of: ("replica" | "readOnly")[]): MultigresCluster => {
      const wanted = small(namespace, { pods: 2 });
      const [database] = wanted.spec.databases ?? [];
      if (database) database.spec = { pools: of.map((type) => ({ type, cell: "z1", replicas: 2 })) };
      return wanted;
    };
    const is = async (replicas: number) =>
      eventually(async () => {
        await settled(cluster, namespace, "small");
        expect((await podsOf(cluster, namespace, "shard-pool")).size).toBe(replicas);
        const { items } = await cluster.api.list(kinds.StatefulSet, {
          namespace,
          labelSelector: "multigres.com/database=db",
        });
        expect(items).toHaveLength(replicas / 2);
      });
    const claims = async () => {
      const { items } = await cluster.api.list(kinds.PersistentVolumeClaim, { namespace });
      return Object.fromEntries(items.map(({ metadata }) => [metadata?.name, metadata?.uid]));
    };
    await cluster.apply(pools("replica", "readOnly"));
    await is(4);
    const volumes = await claims();
    const pods = await podsOf(cluster, namespace, "shard-pool");
    const history = await cluster.history(kinds.Pod, namespace);
    await cluster.apply(pools("replica"));
    await is(2);
    const { order } = await allDisruptionsOf(pods, history, "db", 2);
    history.stop();
    expect(ordinalsOf(order.slice(0, 1))).toEqual([1]);
    expect(order.every((name) => name.includes("readonly"))).toBe(true);
    await cluster.apply(pools("replica", "readOnly"));
    await is(4);
    expect(await claims()).toEqual(volumes);
  });
});
