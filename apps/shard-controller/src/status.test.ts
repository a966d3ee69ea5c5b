import type { V1Pod } from "@kubernetes/client-node";
import type { Shard, ShardStatus } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import { findCondition } from "@multigres/status-kit";
import { describe, expect, test } from "vitest";
import type { ObservedShard } from "./observe.ts";
import { reconcile } from "./reconcile.ts";
import { shardController } from "./definition.ts";
import {
  aPod,
  aPool,
  aShard,
  allOf,
  crashing,
  nothingOf,
  notReady,
  now,
  poolName,
  readWith,
  settled,
} from "./testing/builders.ts";

function statusOf(observed: ObservedShard, failures: WriteFailure[] = []): ShardStatus {
  return reconcile(observed, { now }).status(failures);
}

function condition(status: ShardStatus, type: string) {
  const { status: value, reason, message } = findCondition(status.conditions, type) ?? {};
  return { status: value, reason, message };
}

function summary(status: ShardStatus): Record<string, string | undefined> {
  const types = ["Available", "Progressing", "Ready", "Stalled"];
  return Object.fromEntries(types.map((type) => [type, findCondition(status.conditions, type)?.status]));
}

const [z1, z2] = [aPool(), aPool({ cell: "z2" })];

/** Replaces pods of the pool in z1; undefined takes one away. The StatefulSet has noticed, unless told otherwise. */
function withPods(
  shard: Shard,
  changes: Readonly<Record<number, Partial<V1Pod> | undefined>>,
  noticed = true,
): ObservedShard {
  const observed = allOf(shard);
  const name = poolName(shard, z1);
  const pods = observed.pods.flatMap((pod) => {
    const ordinal = Object.keys(changes).find((key) => pod.metadata?.name === `${name}-${key}`);
    if (ordinal === undefined) return [pod];
    const change = changes[Number(ordinal)];
    return change === undefined ? [] : [aPod(shard, z1, Number(ordinal), change)];
  });
  const ready = pods.filter(
    (pod) => pod.metadata?.name?.startsWith(name) && pod.status?.conditions?.[0]?.status === "True",
  ).length;
  const statefulSets = observed.statefulSets.map((statefulSet) =>
    noticed && statefulSet.metadata?.name === name ? settled(statefulSet, { readyReplicas: ready }) : statefulSet,
  );
  return { ...observed, pods, statefulSets };
}

function ofOlderSpec(shard: Shard, ordinal: number): Partial<V1Pod> {
  const { metadata } = aPod(shard, z1, ordinal);
  return { metadata: { ...metadata, labels: { ...metadata?.labels, "multigres.com/pod-spec": "older" } } };
}

describe("a Shard at rest", () => {
  const status = statusOf(allOf(aShard()));

  test("counts its pods, in all and by pool", () => {
    expect(status).toMatchObject({ observedGeneration: 3, totalPods: 6, readyPods: 6, updatedPods: 6 });
    expect(status.pools).toEqual([
      {
        type: "replica",
        cell: "z1",
        statefulSetName: poolName(aShard(), z1),
        totalPods: 3,
        readyPods: 3,
        updatedPods: 3,
      },
      {
        type: "replica",
        cell: "z2",
        statefulSetName: poolName(aShard(), z2),
        totalPods: 3,
        readyPods: 3,
        updatedPods: 3,
      },
    ]);
  });

  test("is available and ready, with nothing to do", () => {
    expect(summary(status)).toEqual({ Available: "True", Progressing: "False", Ready: "True", Stalled: "False" });
    expect(condition(status, "Available").message).toBe("Shard is healthy and serving");
  });

  test("claims nothing about its primary, which nobody has read", () => {
    expect(status.servingWrites).toBe("Unknown");
    expect(status).not.toHaveProperty("primaryCell");
    expect(condition(status, "PrimaryElected")).toMatchObject({ status: "Unknown", reason: "PrimaryUnknown" });
  });

  test("speaks of its own generation in every condition", () => {
    expect(status.conditions?.map(({ observedGeneration }) => observedGeneration)).toEqual(
      status.conditions?.map(() => 3),
    );
  });
});

test("a new Shard is not available before anything exists, and its pods are counted as wanted", () => {
  const status = statusOf(nothingOf(aShard()));
  expect(status).toMatchObject({ totalPods: 6, readyPods: 0, updatedPods: 0 });
  expect(summary(status)).toEqual({ Available: "False", Progressing: "True", Ready: "False", Stalled: "False" });
  expect(condition(status, "Progressing").message).toContain(`StatefulSet ${poolName(aShard(), z1)} doesn't exist yet`);
});

describe("one pod that isn't ready", () => {
  const shard = aShard();
  const name = `${poolName(shard, z1)}-1`;

  test.each([
    ["when its StatefulSet has noticed", true],
    ["already before its StatefulSet has noticed", false],
  ])("is counted and named, and the Shard stays available, %s", (_, noticed) => {
    const status = statusOf(withPods(shard, { 1: notReady }, noticed));
    expect(status).toMatchObject({ totalPods: 6, readyPods: 5 });
    expect(status.pools?.map(({ readyPods }) => readyPods)).toEqual([2, 3]);
    expect(condition(status, "Available")).toEqual({
      status: "True",
      reason: "QuorumReached",
      message: "5 of 6 pods are ready, durability policy AT_LEAST_2 needs 2 pods",
    });
    expect(condition(status, "Progressing")).toMatchObject({ status: "True", reason: "WaitingForPods" });
    expect(condition(status, "Progressing").message).toContain(`Pod ${name} isn't ready`);
  });

  test("is missed when it doesn't exist", () => {
    const message = condition(statusOf(withPods(shard, { 1: undefined }, false)), "Progressing").message;
    expect(message).toContain(`StatefulSet ${poolName(shard, z1)} has created 2 of 3 pods`);
  });

  test("is as good as the others once it is ready, already before its StatefulSet has noticed", () => {
    const observed = allOf(shard);
    const statefulSets = observed.statefulSets.map((statefulSet) =>
      settled(statefulSet, { replicas: 2, readyReplicas: 1, updatedReplicas: 1 }),
    );
    expect(summary(statusOf({ ...observed, statefulSets }))).toMatchObject({ Progressing: "False", Ready: "True" });
  });

  test("gives its own trouble as reason, with container", () => {
    const progressing = condition(statusOf(withPods(shard, { 1: crashing })), "Progressing");
    expect(progressing.reason).toBe("CrashLoopBackOff");
    expect(progressing.message).toMatch(new RegExp(`^Pod ${name}, container postgres: CrashLoopBackOff`));
    expect(progressing.message?.split("CrashLoopBackOff")).toHaveLength(2);
  });

  test("isn't ready while it is being deleted", () => {
    const { metadata } = aPod(shard, z1, 1);
    const leaving = { metadata: { ...metadata, deletionTimestamp: now } };
    expect(statusOf(withPods(shard, { 1: leaving })).readyPods).toBe(5);
  });
});

describe("the quorum", () => {
  test("of ready pods decides over Available, with counts and culprits in the message", () => {
    const shard = aShard({ pools: [z1] });
    const status = statusOf(withPods(shard, { 0: crashing, 2: notReady }));
    expect(summary(status)).toEqual({ Available: "False", Progressing: "True", Ready: "False", Stalled: "False" });
    const { reason, message } = condition(status, "Available");
    expect(reason).toBe("BelowQuorum");
    expect(message).toMatch(/^1 of 3 pods are ready, durability policy AT_LEAST_2 needs 2 pods; Pod .*-0, container/);
    expect(statusOf(withPods(shard, { 0: crashing })).conditions?.[0]?.status).toBe("True");
  });

  test("of MULTI_CELL_AT_LEAST_2 needs ready pods in two cells", () => {
    const shard = aShard({ durabilityPolicy: "MULTI_CELL_AT_LEAST_2" });
    expect(condition(statusOf(withPods(shard, { 0: notReady, 1: notReady })), "Available").status).toBe("True");
    const status = statusOf(withPods(shard, { 0: notReady, 1: notReady, 2: notReady }));
    expect(condition(status, "Available")).toMatchObject({ status: "False", reason: "BelowQuorum" });
    expect(condition(status, "Available").message).toMatch(
      /^3 of 6 pods are ready, durability policy MULTI_CELL_AT_LEAST_2 needs pods in 2 cells/,
    );
  });

  test.each<[string, Parameters<typeof aShard>[0], string, string]>([
    [
      "one pod",
      { pools: [aPool({ replicas: 1 })] },
      "QuorumUnreachable",
      "Durability policy AT_LEAST_2 needs 2 pods, the pools ask for 1 pod: raise the replicas of a pool of database prod_db",
    ],
    [
      "no pods",
      { pools: [aPool({ replicas: 0 })] },
      "NoPodsWanted",
      "Durability policy AT_LEAST_2 needs 2 pods, the pools ask for 0 pods: raise the replicas of a pool of database prod_db",
    ],
    [
      "pods in one cell of two",
      { pools: [aPool(), aPool({ cell: "z2", replicas: 0 })], durabilityPolicy: "MULTI_CELL_AT_LEAST_2" },
      "QuorumUnreachable",
      "Durability policy MULTI_CELL_AT_LEAST_2 needs pods in 2 cells, the pools ask for pods in 1 cell: give database prod_db a pool with replicas in another cell, or durabilityPolicy AT_LEAST_2",
    ],
  ])("that %s can't reach waits for a person and says for what", (_, spec, reason, message) => {
    const status = statusOf(allOf(aShard(spec)));
    expect(summary(status)).toEqual({ Available: "False", Progressing: "False", Ready: "False", Stalled: "True" });
    expect(condition(status, "Available")).toEqual({ status: "False", reason, message });
    expect(condition(status, "Stalled")).toEqual({ status: "True", reason, message });
  });
});

describe("a changed pod spec", () => {
  const shard = aShard();
  const observed = withPods(shard, { 0: ofOlderSpec(shard, 0), 2: ofOlderSpec(shard, 2) });
  const name = poolName(shard, z1);

  test("shows in updatedPods, and says which pod is replaced and how far it is", () => {
    const reading = { ...observed.reading, dataPlane: readWith(observed, `${name}-1`) };
    const status = statusOf({ ...observed, reading });
    expect(status).toMatchObject({ readyPods: 6, updatedPods: 4 });
    expect(status.pools?.map(({ updatedPods }) => updatedPods)).toEqual([1, 3]);
    expect(condition(status, "Available").status).toBe("True");
    expect(condition(status, "Progressing")).toMatchObject({ status: "True", reason: "PodsOutdated" });
    expect(condition(status, "Progressing").message).toMatch(
      new RegExp(
        `^Replacing pod ${name}-2; 4 of 6 pods are updated; StatefulSet ${name} has 1 of 3 pods of its newest`,
      ),
    );
  });

  test("says what it waits for", () => {
    expect(condition(statusOf(observed), "Progressing").message).toMatch(
      /^The primary isn't read from the data plane yet; 4 of 6 pods are updated/,
    );
  });

  test("of labels and annotations alone leaves pods as updated as they are", () => {
    const pools = [aPool({ podLabels: { team: "a" }, podAnnotations: { note: "b" } }), z2];
    expect(statusOf({ ...observed, shard: aShard({ pools }) }).updatedPods).toBe(4);
    const priced = [aPool({ priorityClassName: "high" }), z2];
    expect(statusOf({ ...observed, shard: aShard({ pools: priced }) }).updatedPods).toBe(3);
  });
});

describe("pods whose StatefulSet is away", () => {
  test("serve on: they are counted, and the Shard stays available while it is made again", () => {
    const shard = aShard();
    const pods = allOf(shard).pods.map((pod) => ({
      ...pod,
      metadata: { ...pod.metadata, ownerReferences: undefined },
    }));
    const status = statusOf({ ...allOf(shard), statefulSets: [], pods });
    expect(status).toMatchObject({ readyPods: 6, updatedPods: 6 });
    expect(summary(status)).toMatchObject({ Available: "True", Progressing: "True" });
  });

  test("aren't counted when another workload has them", () => {
    const shard = aShard();
    const pods = allOf(shard).pods.map((pod) => ({
      ...pod,
      metadata: {
        ...pod.metadata,
        ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "j", uid: "j", controller: true }],
      },
    }));
    expect(statusOf({ ...allOf(shard), pods }).readyPods).toBe(0);
  });
});

test("pods of removed ordinals and pools don't count", () => {
  const status = statusOf({ ...allOf(aShard()), shard: aShard({ pools: [aPool({ replicas: 2 })] }) });
  expect(status).toMatchObject({ totalPods: 2, readyPods: 2 });
  expect(condition(status, "Progressing").message).toContain(
    `StatefulSet ${poolName(aShard(), z2)} of a removed pool is no longer wanted`,
  );
});

describe("volumes of another size than wanted", () => {
  const shard = aShard();
  const sized = (storage: string) =>
    aPool({ dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } } });
  const name = poolName(shard, z1);
  const volume = (request: string, capacity: string, ordinal: number): ObservedShard["claims"][number] => ({
    metadata: { namespace: "t1", name: `data-${name}-${ordinal}`, uid: `v${ordinal}` },
    spec: { resources: { requests: { storage: request } } },
    status: { phase: "Bound", capacity: { storage: capacity } },
  });
  const wanting = (storage: string, ...claims: ObservedShard["claims"][number][]): ObservedShard => ({
    ...allOf(shard),
    shard: aShard({ pools: [sized(storage), z2] }),
    claims,
  });

  test("are said to grow", () => {
    const status = statusOf(wanting("20Gi", volume("10Gi", "10Gi", 0), volume("20Gi", "10Gi", 1)));
    expect(summary(status)).toEqual({ Available: "True", Progressing: "True", Ready: "False", Stalled: "False" });
    expect(condition(status, "Progressing")).toEqual({
      status: "True",
      reason: "StorageNotApplied",
      message: `2 volumes of StatefulSet ${name} are growing from 10Gi to 20Gi`,
    });
    expect(status).not.toHaveProperty("storageGrowthFailures");
  });

  test("that can't grow wait for a person, who is told by whom they were refused and the ways out", () => {
    const message = `PersistentVolumeClaim data-${name}-0: only dynamically provisioned`;
    const ref = { kind: "PersistentVolumeClaim", namespace: "t1", name: `data-${name}-0` };
    const status = statusOf(wanting("20Gi", volume("10Gi", "10Gi", 0)), [{ ref, reason: "Forbidden", message }]);
    expect(summary(status)).toEqual({ Available: "True", Progressing: "True", Ready: "False", Stalled: "True" });
    expect(condition(status, "Stalled")).toEqual({
      status: "True",
      reason: "StorageNotApplied",
      message: `Volumes of StatefulSet ${name} can't grow from 10Gi to 20Gi: ${message}; set the storage in dataVolumeClaimTemplate back to 10Gi, or let their StorageClass allow volume expansion`,
    });
    // Admission lets nobody shrink a volume without it.
    expect(status.storageGrowthFailures).toEqual({ "replica/z1": "10Gi" });
  });

  test("that would have to shrink stay, which is said with the way back", () => {
    const status = statusOf(wanting("5Gi", volume("10Gi", "10Gi", 0)));
    expect(condition(status, "Stalled").message).toBe(
      `StatefulSet ${name} keeps the volumes that it was made with: storage is 10Gi, wanted is 5Gi; existing volumes stay as they are, set dataVolumeClaimTemplate back`,
    );
    expect(status.storageGrowthFailures).toEqual({ "replica/z1": "10Gi" });
  });

  test("of a reverted growth are as wanted", () => {
    const status = statusOf(wanting("10Gi", volume("10Gi", "10Gi", 0)));
    expect(summary(status)).toMatchObject({ Ready: "True", Stalled: "False" });
    expect(status).not.toHaveProperty("storageGrowthFailures");
  });
});

describe("a scale-down below the quorum", () => {
  test("stops there, serves on and says so", () => {
    const shard = aShard({ pools: [z1] });
    const status = statusOf({ ...allOf(shard), shard: aShard({ pools: [aPool({ replicas: 1 })] }) });
    expect(summary(status)).toMatchObject({ Available: "True", Ready: "False", Stalled: "True" });
    expect(condition(status, "Stalled")).toMatchObject({
      reason: "QuorumUnreachable",
      message:
        "Durability policy AT_LEAST_2 needs 2 pods, the pools ask for 1 pod, so 1 more stays: raise the replicas of a pool of database prod_db",
    });
  });
});

describe("ReadOnlyPoolsElectable", () => {
  test("stands on a Shard with a pool of type readOnly, and on no other", () => {
    const status = statusOf(allOf(aShard({ pools: [z1, aPool({ type: "readOnly", replicas: 1 })] })));
    expect(condition(status, "ReadOnlyPoolsElectable")).toMatchObject({ status: "True" });
    expect(status.totalPods).toBe(4);
    expect(findCondition(statusOf(allOf(aShard())).conditions, "ReadOnlyPoolsElectable")).toBeUndefined();
  });
});

describe("a write that failed", () => {
  const failure = (reason: WriteFailure["reason"]): WriteFailure => ({
    ref: { kind: "StatefulSet", namespace: "t1", name: "s" },
    reason,
    message: "StatefulSet s: refused",
  });

  test("stands in Progressing and Stalled while what runs stays available", () => {
    const status = statusOf(allOf(aShard()), [failure("Invalid")]);
    expect(summary(status)).toEqual({ Available: "True", Progressing: "True", Ready: "False", Stalled: "True" });
    expect(condition(status, "Progressing").message).toBe("StatefulSet s: refused");
  });

  test("because of a taken name is a condition of its own", () => {
    const status = statusOf(allOf(aShard()), [failure("NameConflict")]);
    expect(condition(status, "NameConflict")).toEqual({
      status: "True",
      reason: "NameConflict",
      message: "StatefulSet s: refused",
    });
  });
});

test("lastTransitionTime moves only with the condition's status", () => {
  const before = { type: "Available", status: "True" as const, lastTransitionTime: "2026-11-19T00:00:00Z" };
  const shard = { ...aShard(), status: { conditions: [before] } };
  const { conditions } = statusOf(allOf(shard));
  expect(findCondition(conditions, "Available")?.lastTransitionTime).toBe("2026-11-19T00:00:00Z");
  expect(findCondition(conditions, "Ready")?.lastTransitionTime).toBe("2026-11-20T10:00:00Z");
});

test("a Shard that can't be read says what is wrong and claims nothing", () => {
  // The first status never says Unknown.
  const seenBefore = { ...aShard(), status: { conditions: [], readyPods: 6 } };
  const status = shardController.malformed(seenBefore, "spec.pools: missing", {
    now,
    settings: { DIAL_OVERRIDES: [] },
  });
  expect(status.readyPods).toBeUndefined();
  expect(summary(status)).toEqual({ Available: "Unknown", Progressing: "True", Ready: "Unknown", Stalled: "True" });
  expect(condition(status, "Stalled")).toEqual({
    status: "True",
    reason: "InvalidObject",
    message: "spec.pools: missing",
  });
  expect(status.servingWrites).toBe("Unknown");
});
