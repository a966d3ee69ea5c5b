import type { V1Pod } from "@kubernetes/client-node";
import type { Shard, ShardStatus } from "@multigres/api-types";
import { findCondition } from "@multigres/status-kit";
import { describe, expect, test } from "vitest";
import type { PoolerRecord } from "../multiadmin/list-poolers.ts";
import type { PoolerStatus } from "../multiadmin/pooler-status.ts";
import { reconcile } from "../reconcile.ts";
import { allOf, aPod, aPool, aShard, notReady, now } from "../testing/builders.ts";
import { answering, aPrimaryStatus, aRecord, poolerId, primaryOf } from "../testing/multigres.ts";
import { readDataPlane } from "./read.ts";

const pool = aPool();
const shard = aShard({ pools: [pool] });
const [a, b, c] = [poolerId(shard, pool, 0), poolerId(shard, pool, 1), poolerId(shard, pool, 2)];
const [podA, podB, podC] = allOf(shard).pods.map(({ metadata }) => metadata?.name ?? "");
const usual = [aRecord(a, primaryOf(1)), aRecord(b), aRecord(c)];

interface Scene {
  readonly list?: readonly PoolerRecord[] | Error;
  readonly statuses?: Readonly<Record<string, PoolerStatus | Error>>;
  readonly pods?: readonly V1Pod[];
  /** What stands in the Shard. */
  readonly status?: ShardStatus;
  readonly at?: Date;
}

function planOf({ list = usual, statuses = { [a.name]: aPrimaryStatus(a, [b, c]) }, pods, status, at = now }: Scene) {
  const live: Shard = { ...shard, ...(status && { status }) };
  const observed = allOf(live);
  const seen = pods ?? observed.pods;
  const reading = readDataPlane(live, seen, answering({ list, statuses }));
  return reconcile({ ...observed, pods: seen, reading }, { now: at });
}

function statusOf(scene: Scene): ShardStatus {
  return planOf(scene).status([]);
}

function condition({ conditions }: ShardStatus, type: string) {
  const { status, reason, message } = findCondition(conditions, type) ?? {};
  return status === undefined ? undefined : { status, reason, message };
}

/** How often each read is asked for, by its kind's name. */
function paces(scene: Scene): Record<string, number | undefined> {
  return Object.fromEntries((planOf(scene).tasks ?? []).map(({ kind, everyMs }) => [kind.name, everyMs]));
}

const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const oneFollows = { [a.name]: { ...aPrimaryStatus(a, [b]), cohort: [a, b] } };

describe("a Shard whose primary is read", () => {
  const status = statusOf({});

  test("names pod and cell, serves writes and is available", () => {
    expect(status).toMatchObject({ primaryCell: "z1", primaryPod: podA, servingWrites: "True" });
    expect(condition(status, "PrimaryElected")).toEqual({
      status: "True",
      reason: "PrimaryElected",
      message: `Pod ${podA} in cell z1 is the primary`,
    });
    expect(condition(status, "Available")?.status).toBe("True");
    expect(condition(status, "FollowersLagging")).toBeUndefined();
  });

  test("tells what each pod is, and since when", () => {
    const since = "2026-11-20T10:00:00Z";
    expect(status.podRoles).toEqual([
      { name: podA, role: "Primary", since },
      { name: podB, role: "Follower", since },
      { name: podC, role: "Follower", since },
    ]);
    expect(statusOf({ status, at: later(90) })).toEqual(status);
  });

  test("follows the primary when it moves, and only moved roles have a new time", () => {
    const moved = statusOf({
      list: [aRecord(a, primaryOf(1)), aRecord(b, primaryOf(2)), aRecord(c)],
      statuses: { [b.name]: aPrimaryStatus(b, [a, c]) },
      status,
      at: later(60),
    });
    expect(moved).toMatchObject({ primaryPod: podB });
    expect(moved.podRoles?.map(({ role, since }) => `${role} ${since}`)).toEqual([
      "Follower 2026-11-20T10:01:00Z",
      "Primary 2026-11-20T10:01:00Z",
      "Follower 2026-11-20T10:00:00Z",
    ]);
  });

  test("says why it serves no writes", () => {
    const alone = { [a.name]: aPrimaryStatus(a, []) };
    expect(condition(statusOf({ statuses: alone }), "PrimaryElected")?.message).toBe(
      `Pod ${podA} in cell z1 is the primary, too few followers are connected for a commit`,
    );
    const starting = { [a.name]: { postgres: "STARTING" } };
    expect(condition(statusOf({ statuses: starting }), "PrimaryElected")?.message).toBe(
      `Pod ${podA} in cell z1 is the primary, its database doesn't accept connections`,
    );
  });
});

describe("a Shard that is known to have no primary", () => {
  const status = statusOf({ list: [aRecord(a), aRecord(b), aRecord(c)], status: statusOf({}) });

  test("isn't available, however many pods are ready", () => {
    expect(status.servingWrites).toBe("False");
    expect(condition(status, "PrimaryElected")).toMatchObject({ status: "False", reason: "NoPrimary" });
    expect(condition(status, "Available")).toEqual({
      status: "False",
      reason: "NoPrimary",
      message: "No pod of the shard is the primary; 3 of 3 pods are ready, durability policy AT_LEAST_2 needs 2 pods",
    });
    for (const field of ["primaryCell", "primaryPod", "podRoles"]) expect(status).not.toHaveProperty(field);
  });
});

describe("a Shard whose Ready pods the topology has lost", () => {
  test("isn't available, doesn't say that nothing can be written, and names the pods and what to do", () => {
    const status = statusOf({ list: [aRecord(b)], status: statusOf({}) });
    expect(status.servingWrites).toBe("Unknown");
    expect(condition(status, "PrimaryElected")).toEqual({
      status: "False",
      reason: "NoPrimary",
      message: `No pod that is registered in the topology is the primary; Pods ${podA}, ${podC} are ready but not registered: see docs/runbooks/etcd-members.md`,
    });
    expect(condition(status, "Available")).toMatchObject({ status: "False", reason: "NoPrimary" });
  });
});

describe("a Shard whose primary can't be read", () => {
  const status = statusOf({ list: new Error("multiadmin can't be reached"), status: statusOf({}) });

  test("claims nothing of it, says why, and stays available", () => {
    expect(status.servingWrites).toBe("Unknown");
    expect(condition(status, "PrimaryElected")).toEqual({
      status: "Unknown",
      reason: "PrimaryUnknown",
      message: "multiadmin can't be reached",
    });
    expect(condition(status, "Available")?.status).toBe("True");
    for (const field of ["primaryCell", "primaryPod", "podRoles"]) expect(status).not.toHaveProperty(field);
  });

  test("says the same as long as nothing changes", () => {
    expect(statusOf({ list: new Error("multiadmin can't be reached"), status, at: later(600) })).toEqual(status);
  });
});

describe("while the data plane is read anew", () => {
  const before = statusOf({});
  const reading: Scene = { statuses: {}, status: before };

  test("what was read last stands", () => {
    expect(statusOf(reading)).toEqual(before);
    const none = statusOf({ list: [] });
    expect(statusOf({ statuses: {}, status: none })).toEqual(none);
  });

  test("a primary whose pod isn't ready any more doesn't", () => {
    const pods = [aPod(shard, pool, 0, notReady), aPod(shard, pool, 1), aPod(shard, pool, 2)];
    const status = statusOf({ ...reading, pods });
    expect(status.servingWrites).toBe("Unknown");
    expect(condition(status, "PrimaryElected")?.status).toBe("Unknown");
  });

  test("other pods that aren't ready have no role", () => {
    const pods = [aPod(shard, pool, 0), aPod(shard, pool, 1), aPod(shard, pool, 2, notReady)];
    expect(statusOf({ ...reading, pods }).podRoles?.map(({ name }) => name)).toEqual([podA, podB]);
  });

  test("a Shard of which nothing was read yet claims nothing", () => {
    expect(statusOf({ statuses: {} }).servingWrites).toBe("Unknown");
  });
});

describe("a pod that is ready but doesn't follow", () => {
  const since = statusOf({ statuses: oneFollows });

  test("isn't told for a minute, but looked at again when that is over", () => {
    const plan = planOf({ statuses: oneFollows, status: since, at: later(20) });
    expect(condition(plan.status([]), "FollowersLagging")).toBeUndefined();
    expect(plan).toMatchObject({ events: [], requeueAfterMs: 40_000 });
  });

  test("is then named in a condition and an Event, with what to do", () => {
    const plan = planOf({ statuses: oneFollows, status: since, at: later(60) });
    const message = `Pod ${podC} is ready but doesn't follow the primary: see docs/runbooks/followers-lagging.md`;
    expect(condition(plan.status([]), "FollowersLagging")).toEqual({
      status: "True",
      reason: "PodsNotFollowing",
      message,
    });
    expect(plan.events).toMatchObject([{ type: "Warning", reason: "PodsNotFollowing", note: message }]);
    expect(plan.requeueAfterMs).toBeUndefined();
    expect(condition(plan.status([]), "Available")?.status).toBe("True");
  });

  test("is no longer named once it follows", () => {
    const named = statusOf({ statuses: oneFollows, status: since, at: later(60) });
    expect(condition(statusOf({ status: named, at: later(61) }), "FollowersLagging")).toBeUndefined();
  });

  test("begins its minute anew when it followed in between", () => {
    const followed = statusOf({ status: since, at: later(50) });
    const again = statusOf({ statuses: oneFollows, status: followed, at: later(55) });
    const at = later(70);
    expect(condition(statusOf({ statuses: oneFollows, status: again, at }), "FollowersLagging")).toBeUndefined();
  });
});

describe("multiadmin is asked", () => {
  const rest = { "list-poolers": 23_000, "pooler-status": 23_000 };
  const often = { "list-poolers": 2_500, "pooler-status": 2_500 };
  const lagging = statusOf({ statuses: oneFollows });

  test.each<[string, Scene, Record<string, number>]>([
    ["seldom at rest", {}, rest],
    ["often while a pod isn't ready", { pods: allOf(shard).pods.slice(0, 2) }, often],
    ["often until the first answer", { statuses: {} }, often],
    ["often while there is no primary", { list: [] }, { "list-poolers": 2_500 }],
    ["often while commits wait for followers", { statuses: { [a.name]: aPrimaryStatus(a, []) } }, often],
    ["often while a pod is about to follow", { statuses: oneFollows }, often],
    ["seldom when a pod is long overdue", { statuses: oneFollows, status: lagging, at: later(60) }, rest],
    ["seldom while it can't be reached", { list: new Error("no route") }, { "list-poolers": 23_000 }],
  ])("%s", (_, scene, expected) => {
    expect(paces(scene)).toEqual(expected);
  });

  test("seldom when there can be no primary, because pods are too few for ever", () => {
    const single = aShard({ pools: [aPool({ replicas: 1 })] });
    const observed = allOf(single);
    const reading = readDataPlane(single, observed.pods, answering({ list: [] }));
    const { tasks } = reconcile({ ...observed, reading }, { now });
    expect(tasks?.map(({ everyMs }) => everyMs)).toEqual([23_000]);
  });
});
