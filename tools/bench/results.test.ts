import { expect, test } from "vitest";
import type { WriteCount } from "./audit-log.ts";
import type { Databases } from "./databases.ts";
import type { Rest } from "./rest.ts";
import { type ConvergeResult, type Results, targetsOf } from "./results.ts";
import type { Rollout } from "./rollout.ts";

const machine = { platform: "", cpu: "", cores: 2, memoryGiB: 8, node: "", kubernetes: "" };

function aRest(writes: number, edits: Rest["edits"] = { "cell-controller": 1 }): Rest {
  const window = { seconds: 1, writes, reads: 3, readsPerCluster: 1.5, leaseRequests: 0, requests: {} };
  return { clusters: 2, converged: window, restarted: { ...window, readsOfStart: 9 }, edits };
}

function aCount(resource: string, specPerObject: number, statusPerObject: number): WriteCount {
  return { resource, objects: 1, spec: 1, status: 1, specPerObject, statusPerObject, mostSpec: 9, mostStatus: 9 };
}

const aRollout = { seconds: 90, pods: 6, replaced: 6, mostDownInShard: 1, mostClustersAtOnce: 2 };

function aDatabases(requests: number, lists = 2.6): Databases {
  const perClusterMinute = { requests, lists, statuses: 7.8, others: 0, topologyRequests: 5 };
  const counts = { requests: 0, watches: 9, leaseRequests: 9, seen: {} };
  return { clusters: 50, databases: 3, pods: 1, seconds: 120, ...counts, perClusterMinute };
}

function verdicts(results: Partial<Results>): Record<string, boolean> {
  return Object.fromEntries(targetsOf({ machine, ...results }).map(({ name, met }) => [name, met]));
}

test("what wasn't measured has no target", () => {
  expect(targetsOf({ machine })).toEqual([]);
});

test("the largest size is judged, by number and not by letters", () => {
  const converge = { "9": { ratio: 1.9 }, "50": { ratio: 1.5 } } as unknown as Record<string, ConvergeResult>;
  expect(verdicts({ converge })).toEqual({ "converge: seconds / baseline at 50": true });
});

test("the worst kind of any size counts, and Events don't", () => {
  const writes = { "1": [aCount("cells", 1, 4.1)], "50": [aCount("cells", 1.1, 3), aCount("events", 7, 0)] };
  expect(verdicts({ writes })).toEqual({
    "writes: spec writes per object, worst kind": true,
    "writes: status writes per CR, worst kind": false,
  });
});

test("a window at rest needs silence", () => {
  expect(Object.values(verdicts({ rest: { "1": aRest(0) } }))).toEqual([true, true, true, true]);
  expect(Object.values(verdicts({ rest: { "1": aRest(1) } }))).toEqual([false, true, false, true]);
});

test("the silence of a controller that does nothing doesn't count", () => {
  const rest = { "1": aRest(0, { "cell-controller": 1, "topo-controller": undefined }) };
  expect(Object.values(verdicts({ rest }))).toEqual([false, false, false, false]);
});

test("topology writes are judged by how often a key was written", () => {
  const counts = { keys: 10, writes: 3, mostPuts: 2, requests: 9 };
  expect(verdicts({ topology: { "1": { ...counts, puts: 11 } } })).toEqual({ "topology: puts per key": true });
  expect(verdicts({ topology: { "1": { ...counts, puts: 12 } } })).toEqual({ "topology: puts per key": false });
});

test("a rollout of all clusters is compared with one's, and takes each pod once and one pod of a shard at a time", () => {
  const alone = { ...aRollout, seconds: 30 };
  const of = (change: Partial<Rollout> = {}) =>
    Object.values(verdicts({ rollout: { clusters: 50, ...aRollout, alone, ...change } }));
  expect(of()).toEqual([true, true, true]);
  expect(of({ seconds: 91 })).toEqual([false, true, true]);
  expect(of({ mostDownInShard: 2 })).toEqual([true, false, true]);
  expect(of({ replaced: 7 })).toEqual([true, true, false]);
});

test("requests at rest count where the data plane is looked at", () => {
  const name = "databases: API requests per cluster and minute at 50";
  expect(verdicts({ databases: aDatabases(2) })).toEqual({ [name]: true });
  expect(verdicts({ databases: aDatabases(2.1) })).toEqual({ [name]: false });
  expect(verdicts({ databases: aDatabases(0, 0) })).toEqual({ [name]: false });
});

test("the largest controller is judged", () => {
  const memory = { idle: { a: 40, b: 56 }, withClusters: { "50": { a: 85 } }, peak: {}, peakResident: {} };
  expect(verdicts({ memory })).toEqual({
    "memory: idle, largest controller, MiB": false,
    "memory: at 50, largest controller, MiB": true,
  });
});

test("reactions are compared with a bare client's in the same share", () => {
  const react = { clusters: 1, edits: 50, p50Ms: 1, p99Ms: 50, bareP50Ms: 1, bareP99Ms: 10 };
  expect(verdicts({ react })).toEqual({ "react: p99 / p99 of the bare round trip": true });
});
