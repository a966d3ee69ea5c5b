import { describe, expect, test } from "vitest";
import type { ObservedPod } from "./pod.ts";
import { deploymentHealth, type ObservedWorkload, statefulSetHealth, type WantedWorkload } from "./workload.ts";

function wanted(replicas = 3, required?: number): WantedWorkload {
  return { name: "etcd", replicas, required };
}

/** A converged workload of 3 pods, with the given parts of its status changed. */
function aWorkload(status: ObservedWorkload["status"] = {}, generation = 1): ObservedWorkload {
  return {
    metadata: { generation },
    status: { observedGeneration: 1, replicas: 3, readyReplicas: 3, updatedReplicas: 3, ...status },
  };
}

function aPod(name: string, waiting?: { reason: string; message?: string }): ObservedPod {
  return {
    metadata: { name },
    status: {
      conditions: [{ type: "Ready", status: "False" }],
      containerStatuses: waiting ? [{ name: "etcd", state: { waiting } }] : [],
    },
  };
}

describe("a workload", () => {
  test("is available and settled when all its pods are ready and new", () => {
    expect(statefulSetHealth(wanted(), aWorkload(), [])).toEqual({
      desired: 3,
      ready: 3,
      updated: 3,
      available: "True",
      progressing: false,
      reason: "Converged",
      troubles: [],
      messages: [],
    });
  });

  test("that doesn't exist is unavailable and named", () => {
    expect(statefulSetHealth(wanted(), undefined, [])).toMatchObject({
      available: "False",
      progressing: true,
      reason: "NotCreatedYet",
      messages: ["StatefulSet etcd doesn't exist yet"],
    });
  });

  test("that is being deleted counts no pods", () => {
    const going = { ...aWorkload(), metadata: { generation: 1, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    expect(deploymentHealth(wanted(), going, [])).toMatchObject({ available: "Unknown", ready: 0, progressing: true });
  });

  test.each([
    ["hasn't observed its new generation", aWorkload({}, 2)],
    ["has no status yet", { metadata: { generation: 1 } }],
  ])("that %s is Unknown, whatever its pods", (_, workload) => {
    expect(statefulSetHealth(wanted(), workload, [])).toMatchObject({
      available: "Unknown",
      progressing: true,
      reason: "ChildrenNotObserved",
      updated: 0,
      messages: ["StatefulSet etcd hasn't observed its current spec yet"],
    });
  });

  test.each([
    { ready: 3, required: undefined, available: "True" },
    { ready: 2, required: undefined, available: "False" },
    { ready: 2, required: 2, available: "True" },
    { ready: 1, required: 2, available: "False" },
    { ready: 0, required: 0, available: "False" },
  ])("with $ready of 3 ready and $required required is $available", ({ ready, required, available }) => {
    expect(statefulSetHealth(wanted(3, required), aWorkload({ readyReplicas: ready }), []).available).toBe(available);
  });

  test("with zero wanted pods serves nothing, and says so once its pods are gone", () => {
    expect(deploymentHealth(wanted(0), aWorkload({ replicas: 0, readyReplicas: 0, updatedReplicas: 0 }), [])).toEqual({
      desired: 0,
      ready: 0,
      updated: 0,
      available: "False",
      progressing: false,
      reason: "NoPodsWanted",
      troubles: [],
      messages: ["Deployment etcd has replicas: 0"],
    });
    expect(deploymentHealth(wanted(0), aWorkload(), [])).toMatchObject({ available: "False", progressing: true });
  });

  test.each([
    [
      "fewer pods than wanted",
      { replicas: 1, readyReplicas: 1, updatedReplicas: 1 },
      "StatefulSet etcd has created 1 of 3 pods",
    ],
    [
      "more pods than wanted",
      { replicas: 4, readyReplicas: 4, updatedReplicas: 4 },
      "StatefulSet etcd has 4 pods, 3 are wanted",
    ],
    ["pods that aren't ready", { readyReplicas: 1 }, "StatefulSet etcd has 1 of 3 pods ready"],
  ])("with %s waits for pods", (_, status, message) => {
    const health = statefulSetHealth(wanted(), aWorkload(status), []);
    expect(health).toMatchObject({ progressing: true, reason: "WaitingForPods" });
    expect(health.messages).toContain(message);
  });

  test("with ready pods of an older template is available and has outdated pods", () => {
    expect(statefulSetHealth(wanted(), aWorkload({ updatedReplicas: 1 }), [])).toMatchObject({
      available: "True",
      progressing: true,
      reason: "PodsOutdated",
      updated: 1,
      messages: ["StatefulSet etcd has 1 of 3 pods of its newest template"],
    });
  });
});

describe("trouble of pods", () => {
  test("comes before counts, and its reason before our own", () => {
    const pods = [aPod("etcd-0"), aPod("etcd-1", { reason: "ImagePullBackOff", message: "no such image" })];
    expect(statefulSetHealth(wanted(), aWorkload({ readyReplicas: 1 }), pods)).toMatchObject({
      reason: "ImagePullBackOff",
      troubles: [
        { reason: "ImagePullBackOff", message: "Pod etcd-1, container etcd: ImagePullBackOff (no such image)" },
      ],
      messages: [
        "Pod etcd-1, container etcd: ImagePullBackOff (no such image)",
        "StatefulSet etcd has 1 of 3 pods ready",
        "Pod etcd-0 isn't ready",
      ],
    });
  });

  test("isn't told of pods that merely start", () => {
    expect(statefulSetHealth(wanted(), aWorkload({ readyReplicas: 2 }), [aPod("etcd-0")]).troubles).toEqual([]);
  });

  test("to find a node is told with the time since when", () => {
    const lastTransitionTime = "2026-01-01T00:00:00Z";
    const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", lastTransitionTime }];
    const pod: ObservedPod = { metadata: { name: "etcd-0" }, status: { conditions } };
    expect(statefulSetHealth(wanted(), aWorkload({ readyReplicas: 2 }), [pod]).troubles).toEqual([
      { reason: "Unschedulable", message: "Pod etcd-0: Unschedulable", since: new Date(lastTransitionTime) },
    ]);
  });

  test("that keeps a Deployment from creating pods is told from its conditions", () => {
    const conditions = [
      { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota: q" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetCreated" },
    ];
    const health = deploymentHealth(wanted(), aWorkload({ replicas: 0, readyReplicas: 0, conditions }), []);
    expect(health.reason).toBe("FailedCreate");
    expect(health.messages[0]).toBe("Deployment etcd: FailedCreate (exceeded quota: q)");
  });

  test("that stops a Deployment's rollout is told though the old pods serve", () => {
    const conditions = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }];
    expect(deploymentHealth(wanted(), aWorkload({ replicas: 4, conditions }), [])).toMatchObject({
      available: "True",
      progressing: true,
      reason: "ProgressDeadlineExceeded",
    });
  });
});
