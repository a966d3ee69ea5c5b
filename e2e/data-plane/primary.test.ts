import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MultigresCluster } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import type { Script, ShardScript } from "@multigres/tools/multiadmin";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { always, eventually } from "../support/eventually.ts";
import { condition, eventsOn, settled } from "../support/observing.ts";
import { unchangedDemo, unchangedExample } from "../support/unchanged.ts";
import { writesFromRest } from "../support/writes.ts";

const cluster = sharedCluster();

// Mostly waiting for what is asked every 23 s, so side by side.

const databases = ["moves", "deleted", "two", "alone", "lagging"] as const;

/** One cluster with a database of three pods for each of the tests that need a shard only. */
let shared: { readonly namespace: string; readonly shards: Record<string, ShardScript>; told: Promise<void> };

beforeAll(async () => {
  const namespace = await cluster.namespace("shards");
  const made = small(namespace, { pods: 3 });
  const [database] = made.spec.databases ?? [];
  if (database) made.spec.databases = databases.map((name) => ({ ...database, name }));
  await cluster.apply(made);
  await settled(cluster, namespace, "small");
  shared = { namespace, shards: {}, told: Promise.resolve() };
});

/** The database of one test, at rest and with a primary. */
async function served(database: (typeof databases)[number]) {
  const { namespace, shards } = shared;
  const { shard, serving } = shardOf(namespace, database);
  const primary = await serving();
  const { items } = await cluster.api.list(kinds.Pod, {
    namespace,
    labelSelector: `multigres.com/database=${database}`,
  });
  return {
    namespace,
    shard,
    serving,
    primary,
    pods: items.map(({ metadata }) => metadata?.name ?? "").sort(),
    sayOfShard: (script: ShardScript) => {
      shards[database] = script;
      // One after the other: of two at once the older script might win, which lacks what the other test said.
      shared.told = shared.told.then(() => cluster.multiadmin.script({ namespace, name: "small" }, { shards }));
      return shared.told;
    },
  };
}

function shardOf(namespace: string, database: string) {
  const shard = () => cluster.api.get(kinds.Shard, { namespace, name: `${database}-default-0` });
  const serving = () =>
    eventually(async () => {
      const found = await shard();
      expect(found.status).toMatchObject({ servingWrites: "True", primaryCell: "z1" });
      expect(condition(found, "PrimaryElected")).toMatchObject({ status: "True" });
      return found.status?.primaryPod ?? "";
    });
  return { shard, serving };
}

function servingWritesOf({ status }: MultigresCluster, database = "db"): string | undefined {
  return status?.databases?.[database]?.servingWrites;
}

describe.concurrent("the primary", () => {
  it("is part of the status that the spec prints for its example, which is reached to the letter", async () => {
    const namespace = await unchangedExample(cluster);
    const fixture = readFileSync(join(import.meta.dirname, "../fixtures/example-status.yaml"), "utf8");
    const { status: printed } = parse(fixture) as { status: { conditions: readonly object[] } };
    const conditions = printed.conditions.map((expected) => expect.objectContaining(expected));
    await eventually(async () => {
      const name = "example-multigres-cluster";
      const { status } = await cluster.api.get(kinds.MultigresCluster, { namespace, name });
      expect(status).toMatchObject({ ...printed, conditions: expect.arrayContaining(conditions) });
    });
  });

  it("moves, and status follows: pod, cell, roles", async () => {
    const { primary, pods, sayOfShard, shard } = await served("moves");
    expect(pods).toHaveLength(3);
    const next = pods.find((pod) => pod !== primary) ?? "";
    await sayOfShard({ primary: next });
    await eventually(async () => {
      const { status } = await shard();
      expect(status).toMatchObject({ primaryPod: next, primaryCell: "z1", servingWrites: "True" });
      const roles = status?.podRoles?.map(({ name, role }) => [name, role]);
      expect(roles).toEqual(pods.map((pod) => [pod, pod === next ? "Primary" : "Follower"]));
    });
  });

  it("is another pod after its pod was deleted, and the deleted one follows it", async () => {
    const { namespace, primary, pods, shard } = await served("deleted");
    await cluster.api.delete(kinds.Pod, { namespace, name: primary });
    await eventually(async () => {
      const { status } = await shard();
      expect(status?.primaryPod).not.toBe(primary);
      expect(status?.podRoles?.filter(({ role }) => role === "Follower")).toHaveLength(2);
      expect(status).toMatchObject({ servingWrites: "True", readyPods: pods.length });
    });
  });

  it("is the later one of two that call themselves so", async () => {
    const { primary, pods, sayOfShard, shard } = await served("two");
    const later = pods.find((pod) => pod !== primary) ?? "";
    await sayOfShard({ primary: later, alsoPrimary: primary });
    await eventually(async () => expect((await shard()).status?.primaryPod).toBe(later));
    await always(async () => expect((await shard()).status?.primaryPod).toBe(later));
  });
});

describe.concurrent("servingWrites", () => {
  it("case 63: is Unknown while the primary can't be asked and False while there is none, never guessed True", async () => {
    const namespace = await cluster.namespace("case63");
    const say = (script: Script) => cluster.multiadmin.script({ namespace, name: "small" }, script);
    const histories = await Promise.all([
      cluster.history(kinds.MultigresCluster, namespace),
      cluster.history(kinds.TableGroup, namespace),
      cluster.history(kinds.Shard, namespace),
    ]);
    const values = () => [
      ...new Set(
        histories
          .flatMap((history): readonly { readonly status?: object }[] => history.versions)
          .flatMap(({ status }) => valuesOf(status, "servingWrites")),
      ),
    ];
    await say({ mode: "cut" });
    await cluster.apply(small(namespace));
    // A database that can't be asked is no reason to call it down.
    await settled(cluster, namespace, "small");
    await eventually(() => expect(values()).toEqual(["Unknown"]));

    await say({ shards: { db: { primary: null } } });
    await eventually(async () => {
      const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
      expect(servingWritesOf(found)).toBe("False");
      expect(condition(found, "Available")).toMatchObject({ status: "False", reason: "NoPrimary" });
    });
    await eventually(() => expect(new Set(values())).toEqual(new Set(["False", "Unknown"])));
    for (const history of histories) history.stop();
  });

  it.each<[string, Script]>([
    ["has died", { mode: "cut" }],
    ["hangs", { mode: "hang" }],
    ["has lost its topology", { mode: "error" }],
    ["can't reach the pooler", { statusFails: true }],
  ])("is Unknown when multiadmin %s, which costs nothing else, and True again afterwards", async (_, script) => {
    const namespace = await cluster.namespace("dead");
    await cluster.apply(small(namespace));
    await settled(cluster, namespace, "small");
    const { shard, serving } = shardOf(namespace, "db");
    const primary = await serving();
    const root = () => cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
    const say = (told: Script) => cluster.multiadmin.script({ namespace, name: "small" }, told);
    await say(script);
    await eventually(async () => {
      const found = await shard();
      expect(found.status?.servingWrites).toBe("Unknown");
      expect(found.status?.primaryPod).toBeUndefined();
      expect(condition(found, "PrimaryElected")).toMatchObject({ status: "Unknown", reason: "PrimaryUnknown" });
      expect(servingWritesOf(await root())).toBe("Unknown");
    });
    for (const object of [await shard(), await root()]) {
      expect(condition(object, "Available")).toMatchObject({ status: "True" });
      expect(condition(object, "Progressing")).toMatchObject({ status: "False" });
    }
    await say({});
    expect(await serving()).toBe(primary);
  });

  it("is False while too few followers are connected for a commit", async () => {
    const { primary, pods, sayOfShard, shard, serving } = await served("alone");
    await sayOfShard({ notFollowing: pods.filter((pod) => pod !== primary) });
    await eventually(async () => {
      const found = await shard();
      expect(found.status).toMatchObject({ servingWrites: "False", primaryPod: primary });
      expect(condition(found, "PrimaryElected")?.message).toContain("too few followers");
    });
    await sayOfShard({});
    expect(await serving()).toBe(primary);
  });
});

describe.concurrent("a pod that is ready but doesn't follow", () => {
  it("is named after a while, in a condition and an Event, until it follows", async () => {
    const { namespace, primary, pods, sayOfShard, shard } = await served("lagging");
    const stuck = pods.find((pod) => pod !== primary) ?? "";
    await sayOfShard({ notFollowing: [stuck] });
    await eventually(async () => {
      const found = await shard();
      const { status, message } = condition(found, "FollowersLagging") ?? {};
      expect(status).toBe("True");
      expect(message).toContain(stuck);
      expect(message).toContain("docs/runbooks/followers-lagging.md");
      expect(found.status?.servingWrites).toBe("True");
      const events = await eventsOn(
        cluster,
        namespace,
        { kind: "Shard", name: "lagging-default-0" },
        "PodsNotFollowing",
      );
      expect(events).toMatchObject([{ type: "Warning", note: message }]);
    });
    await sayOfShard({});
    await eventually(async () => expect(condition(await shard(), "FollowersLagging")).toBeUndefined());
  });
});

describe.concurrent("at rest", () => {
  it("multiadmin is asked for one list of all databases and one status of each, and nothing is written", async () => {
    const namespace = await unchangedDemo(cluster);
    const name = "demo";
    await eventually(async () => {
      const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name });
      for (const database of ["prod_db", "tiny_db"]) expect(servingWritesOf(found, database)).toBe("True");
    });
    const shards = (await cluster.api.list(kinds.Shard, { namespace })).items;
    expect(shards).toHaveLength(2);
    const asked = async () => (await cluster.multiadmin.requests({ namespace, name })).map(({ path }) => path);

    const writes = await writesFromRest(cluster, namespace);
    const before = (await asked()).length;
    // A list lasts 23 s, and then as long as the next one takes: one begins in this time, and a second one at most.
    await always(() => {}, 30_000);
    const since = (await asked()).slice(before);
    const lists = since.filter((path) => path === "/api/v1/poolers").length;
    expect(lists).toBeGreaterThan(0);
    expect(lists).toBeLessThanOrEqual(2);
    expect(since.length - lists).toBeLessThanOrEqual(2 * shards.length);
    expect(writes().filter(({ byOperator }) => byOperator)).toEqual([]);
  });
});

/** Values of a field, wherever in a status it is. */
function valuesOf(value: unknown, field: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (name === field ? [inner] : valuesOf(inner, field)));
}
