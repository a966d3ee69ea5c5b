import type { V1Pod } from "@kubernetes/client-node";
import type { PoolerRecord } from "../multiadmin/list-poolers.ts";
import type { PoolerStatus } from "../multiadmin/pooler-status.ts";
import { aPod, aPool, aShard, notReady } from "../testing/builders.ts";
import { answering, aPrimaryStatus, aRecord, poolerId, primaryOf } from "../testing/multigres.ts";
import { describe, expect, test } from "vitest";
import { podsKey, readDataPlane } from "./read.ts";

const z1 = aPool({ replicas: 2 });
const z2 = aPool({ cell: "z2", replicas: 1 });
const shard = aShard({ pools: [z1, z2] });
const pods = [aPod(shard, z1, 0), aPod(shard, z1, 1), aPod(shard, z2, 0)];
const [a, b, c] = [poolerId(shard, z1, 0), poolerId(shard, z1, 1), poolerId(shard, z2, 0)];
const [podA = "", podB = "", podC = ""] = pods.map(({ metadata }) => metadata?.name);
const usual = [aRecord(a, primaryOf(1)), aRecord(b), aRecord(c)];
const away: Partial<V1Pod> = notReady;

interface Scene {
  readonly list?: readonly PoolerRecord[] | Error;
  readonly statuses?: Readonly<Record<string, PoolerStatus | Error>>;
  readonly pods?: readonly V1Pod[];
}

function read({ list = usual, statuses = { [a.name]: aPrimaryStatus(a, [b, c]) }, pods: seen = pods }: Scene) {
  return readDataPlane(shard, seen, answering({ list, statuses }));
}

function primaryIn(scene: Scene): string | undefined {
  const { dataPlane } = read(scene);
  return dataPlane.state === "read" ? dataPlane.primary?.podName : dataPlane.state;
}

describe("a shard whose primary and followers are well", () => {
  test("is told in terms of its pods", () => {
    expect(read({}).dataPlane).toEqual({
      state: "read",
      primary: {
        podName: podA,
        cell: "z1",
        pooler: a,
        ready: true,
        rule: { coordinatorTerm: "1", leaderSubterm: "0" },
      },
      cohort: [podA, podB, podC].sort(),
      followers: [podB, podC].sort(),
      lagging: [],
      unregistered: [],
      servingWrites: "True",
      roles: new Map([
        [podA, "Primary"],
        [podB, "Follower"],
        [podC, "Follower"],
      ]),
    });
  });

  test("asks one list, which is the same for all shards of the cluster, and one status", () => {
    const { list, status } = read({});
    expect(list).toEqual({ address: "http://demo-multiadmin.t1.svc:18000" });
    expect(status).toEqual({ ...list, ...a, podsKey: podsKey(pods) });
  });
});

describe("who the primary is", () => {
  test.each<[string, Scene, string | undefined]>([
    ["nobody, while there are no records", { list: [] }, undefined],
    ["nobody, while all are replicas", { list: [aRecord(a), aRecord(b), aRecord(c)] }, undefined],
    [
      "also one that says it is still starting",
      { list: [aRecord(a, { ...primaryOf(1), lifecycle: "STARTING" })] },
      podA,
    ],
    ["also one that tells no lifecycle", { list: [aRecord(a, { ...primaryOf(1), lifecycle: "" })] }, podA],
    ["none that is stopping", { list: [aRecord(a, { ...primaryOf(1), lifecycle: "STOPPING" })] }, undefined],
    ["none that is shut down", { list: [aRecord(a, { ...primaryOf(1), lifecycle: "SHUTDOWN" })] }, undefined],
    ["none that is quarantined", { list: [aRecord(a, { ...primaryOf(1), lifecycle: "QUARANTINED" })] }, undefined],
    ["none that doesn't serve", { list: [aRecord(a, { ...primaryOf(1), isServing: false })] }, undefined],
    [
      "the one with the greater term, of two after a crash",
      {
        list: [aRecord(a, primaryOf(9, 7)), aRecord(b, primaryOf(10, 0))],
        statuses: { [b.name]: aPrimaryStatus(b, [c]) },
      },
      podB,
    ],
    [
      "the one with the greater subterm, within a term",
      {
        list: [aRecord(a, primaryOf(2, 9)), aRecord(b, primaryOf(2, 10))],
        statuses: { [b.name]: aPrimaryStatus(b, [c]) },
      },
      podB,
    ],
    [
      "none whose pod is gone, however great its rule",
      { list: [aRecord(a, primaryOf(1)), aRecord(b, primaryOf(2))], pods: pods.filter((pod) => pod !== pods[1]) },
      podA,
    ],
    ["none of a removed ordinal", { list: [aRecord(poolerId(shard, z1, 7), primaryOf(3))] }, undefined],
    ["none of another database", { list: [aRecord(a, { ...primaryOf(1), database: "other" })] }, undefined],
    ["none of another table group", { list: [aRecord(a, { ...primaryOf(1), tableGroup: "other" })] }, undefined],
    ["none of another range", { list: [aRecord(a, { ...primaryOf(1), shard: "-80" })] }, undefined],
    [
      "nobody, when the latest one's pod isn't ready and nobody answers there: the older one has lost its term",
      {
        list: [aRecord(a, primaryOf(1)), aRecord(b, primaryOf(2))],
        pods: [aPod(shard, z1, 0), aPod(shard, z1, 1, away), aPod(shard, z2, 0)],
        statuses: { [a.name]: aPrimaryStatus(a, [c]), [b.name]: new Error("HTTP 503") },
      },
      undefined,
    ],
    [
      "also one whose pod isn't ready, if it says so itself",
      { pods: [aPod(shard, z1, 0, away), aPod(shard, z1, 1), aPod(shard, z2, 0)] },
      podA,
    ],
    [
      "nobody, when it answers that it is a standby again",
      { statuses: { [a.name]: { postgres: "STANDBY" } } },
      undefined,
    ],
  ])("is %s", (_, scene, expected) => {
    expect(primaryIn(scene)).toBe(expected);
  });

  test("is also a pod of a pool that is being removed, until it is gone", () => {
    const removed = aPool({ cell: "z3" });
    const id = poolerId(shard, removed, 0);
    const pod = aPod(shard, removed, 0);
    const results = answering({
      list: [aRecord(id, primaryOf(4))],
      statuses: { [id.name]: aPrimaryStatus(id, [a, b]) },
    });
    expect(readDataPlane(shard, [...pods, pod], results).dataPlane).toMatchObject({
      primary: { podName: pod.metadata?.name, cell: "z3" },
    });
  });
});

describe("without an answer", () => {
  const since = new Date(0);

  test.each<[string, Scene, { isPending: boolean; why: string; since?: Date }]>([
    ["the list fails", { list: new Error("no route") }, { isPending: false, why: "no route", since }],
    [
      "the primary's pod is ready and its status fails",
      { statuses: { [a.name]: new Error("HTTP 503") } },
      { isPending: false, why: "HTTP 503", since },
    ],
    [
      "the status hasn't come yet",
      { statuses: {} },
      { isPending: true, why: "The primary isn't read from the data plane yet" },
    ],
  ])("nothing is known when %s", (_, scene, expected) => {
    expect(read(scene).dataPlane).toEqual({ state: "unknown", ...expected });
  });

  test("nothing is known before the list has come, and only the list is asked for", () => {
    const reading = readDataPlane(shard, pods, answering({}));
    expect(reading.dataPlane).toMatchObject({ state: "unknown", isPending: true });
    expect(reading.status).toBeUndefined();
  });

  test("there is none when nobody answers where its pod isn't ready", () => {
    const scene = {
      pods: [aPod(shard, z1, 0, away), aPod(shard, z1, 1), aPod(shard, z2, 0)],
      statuses: { [a.name]: new Error("HTTP 503") },
    };
    expect(read(scene).dataPlane).toMatchObject({ state: "read", primary: undefined, servingWrites: "False" });
  });
});

describe("serving writes", () => {
  const status = aPrimaryStatus(a, [b, c]);
  const withPrimary = (primary: Partial<NonNullable<PoolerStatus["primary"]>>): Scene => ({
    statuses: { [a.name]: { ...status, primary: { isReady: true, connectedFollowers: [], ...primary } } },
  });
  const sync = { needed: 1, standbys: [a, b, c] };

  test.each<[string, string, Scene]>([
    ["True", "enough of those that may acknowledge are connected", withPrimary({ connectedFollowers: [b], sync })],
    ["False", "none is connected, although the record says that it serves", withPrimary({ sync })],
    [
      "False",
      "fewer than must acknowledge are connected",
      withPrimary({ connectedFollowers: [b], sync: { ...sync, needed: 2 } }),
    ],
    [
      "False",
      "who is connected may not acknowledge, as with MULTI_CELL_AT_LEAST_2 a standby of the primary's cell",
      withPrimary({ connectedFollowers: [b], sync: { needed: 1, standbys: [c] } }),
    ],
    ["False", "its database isn't ready", withPrimary({ isReady: false, connectedFollowers: [b], sync })],
    ["False", "its database doesn't answer", { statuses: { [a.name]: { postgres: "UNKNOWN" } } }],
    [
      "False",
      "all that are Ready are registered, and none of them is the primary",
      { list: [a, b, c].map((id) => aRecord(id)) },
    ],
    ["Unknown", "pods that are Ready aren't registered: one of them may be the primary", { list: [aRecord(b)] }],
    ["Unknown", "it isn't told who must acknowledge", withPrimary({ connectedFollowers: [b] })],
  ])("is %s when %s", (expected, _, scene) => {
    expect(read(scene).dataPlane).toMatchObject({ state: "read", servingWrites: expected });
  });
});

describe("followers", () => {
  const withFollowers = (connected: PoolerStatus["cohort"], cohort: PoolerStatus["cohort"]): Scene => {
    const { primary, ...rest } = aPrimaryStatus(a, [b, c]);
    const status = { ...rest, cohort, primary: { isReady: true, ...primary, connectedFollowers: connected ?? [] } };
    return { statuses: { [a.name]: status } };
  };

  test.each<[string, Scene, string[], string[]]>([
    ["stream and are in the cohort", withFollowers([b, c], [a, b, c]), [podB, podC], []],
    ["aren't those that only stream", withFollowers([b, c], [a, b]), [podB], [podC]],
    ["aren't those that are only in the cohort", withFollowers([b], [a, b, c]), [podB], [podC]],
    ["are those that stream, where no cohort is told", withFollowers([b], undefined), [podB], [podC]],
    [
      "that lag are ready ones only",
      { ...withFollowers([b], [a, b]), pods: [pods[0] ?? {}, pods[1] ?? {}, aPod(shard, z2, 0, away)] },
      [podB],
      [],
    ],
    ["aren't known while its database doesn't answer", { statuses: { [a.name]: { postgres: "UNKNOWN" } } }, [], []],
  ])("%s", (_, scene, followers, lagging) => {
    expect(read(scene).dataPlane).toMatchObject({ followers: followers.sort(), lagging });
  });

  test("that are away for a moment are in the cohort under their pod's name, and removed ones aren't", () => {
    const scene: Scene = {
      ...withFollowers([b], [a, b, c, poolerId(shard, z1, 9)]),
      pods: pods.slice(0, 2),
    };
    expect(read(scene).dataPlane).toMatchObject({ cohort: [podA, podB, podC].sort(), followers: [podB] });
  });
});

describe("the key of the pods", () => {
  test("is another one when a pod is replaced, comes, goes, or becomes ready", () => {
    const [first = {}, ...rest] = pods;
    const replaced = { ...first, metadata: { ...first.metadata, uid: "another" } };
    const keys = [pods, [replaced, ...rest], rest, [aPod(shard, z1, 0, away), ...rest]].map(podsKey);
    expect(new Set(keys).size).toBe(4);
  });

  test("is the same for the same pods in another order, whatever else changes", () => {
    const relabelled = pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, labels: {} } }));
    expect(podsKey(relabelled.reverse())).toBe(podsKey(pods));
  });
});
