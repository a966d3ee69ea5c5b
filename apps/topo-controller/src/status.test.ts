import type { Condition, TopoServer } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import { describe, expect, test } from "vitest";
import type { ObservedTopoServer } from "./observe.ts";
import { reconcile } from "./reconcile.ts";
import { aLiveStatefulSet, aPod, aTopoServer, now, observed } from "./testing/builders.ts";

function status(
  topoServer: TopoServer,
  more: Partial<ObservedTopoServer> = {},
  failures: readonly WriteFailure[] = [],
) {
  return reconcile(observed(topoServer, more), { now }).status(failures);
}

function condition(type: string, conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.find((candidate) => candidate.type === type);
}

/** As it stands after its first status, the one that never says Unknown. */
function seenBefore<T extends object>(object: T) {
  return { ...object, status: { conditions: [] } };
}

/** The status with so many of the spec's members ready. */
function withReady(replicas: number, readyReplicas: number, pods = [aPod("topo-0")]) {
  const topoServer = aTopoServer({ replicas });
  return status(topoServer, { statefulSet: aLiveStatefulSet(topoServer, { readyReplicas }), pods });
}

describe("the status of the spec's example", () => {
  test("is the printed one, with full conditions", () => {
    expect(status(aTopoServer())).toEqual({
      observedGeneration: 3,
      replicas: 3,
      readyReplicas: 3,
      clientServiceName: "example-multigres-cluster-global-client",
      peerServiceName: "example-multigres-cluster-global-peer",
      conditions: [
        ["Available", "True", "QuorumReached", "Etcd cluster is healthy"],
        ["Progressing", "False", "Converged", "Everything is as the spec says."],
        ["Ready", "True", "QuorumReached", "Etcd cluster is healthy"],
        ["Stalled", "False", "NothingToDo", "Nothing waits for a person."],
      ].map(([type, value, reason, message]) => ({
        type,
        status: value,
        reason,
        message,
        observedGeneration: 3,
        lastTransitionTime: "2026-11-20T10:00:00Z",
      })),
    });
  });

  test("keeps the time of a condition that didn't change", () => {
    const before = { ...aTopoServer(), status: status(aTopoServer()) };
    const later = reconcile(observed(before), { now: new Date("2027-01-01T00:00:00Z") }).status([]);
    expect(later).toEqual(before.status);
  });
});

describe("Available", () => {
  test.each([
    { replicas: 1, ready: 1, available: "True", reason: "QuorumReached" },
    { replicas: 1, ready: 0, available: "False", reason: "BelowQuorum" },
    { replicas: 2, ready: 1, available: "False", reason: "BelowQuorum" },
    { replicas: 3, ready: 2, available: "True", reason: "QuorumReached" },
    { replicas: 3, ready: 1, available: "False", reason: "BelowQuorum" },
    { replicas: 4, ready: 2, available: "False", reason: "BelowQuorum" },
    { replicas: 5, ready: 3, available: "True", reason: "QuorumReached" },
  ])("with $ready of $replicas members is $available", ({ replicas, ready, available, reason }) => {
    expect(condition("Available", withReady(replicas, ready).conditions)).toMatchObject({ status: available, reason });
  });

  test("says how many members are ready, and how many are needed below the quorum", () => {
    expect(condition("Available", withReady(3, 2).conditions)?.message).toBe("2 of 3 etcd members are ready");
    expect(condition("Available", withReady(3, 1).conditions)?.message).toMatch(
      /^1 of 3 etcd members are ready, 2 are needed; .*Pod topo-0 isn't ready/,
    );
  });

  test("is False before the StatefulSet exists, from the first status on", () => {
    const first = status(aTopoServer(), { statefulSet: undefined });
    expect(first).toMatchObject({ replicas: 3, readyReplicas: 0 });
    expect(condition("Available", first.conditions)).toMatchObject({ status: "False", reason: "NotCreatedYet" });
    expect(condition("Progressing", first.conditions)).toMatchObject({ status: "True" });
  });

  test("is Unknown while the StatefulSet speaks of an older spec", () => {
    const statefulSet = aLiveStatefulSet(aTopoServer(), { observedGeneration: 1 });
    const { conditions } = status(seenBefore(aTopoServer()), { statefulSet });
    expect(condition("Available", conditions)).toMatchObject({ status: "Unknown", reason: "ChildrenNotObserved" });
    expect(condition("Ready", conditions)?.status).toBe("Unknown");
  });
});

describe("Progressing", () => {
  test.each([
    ["a member isn't ready", { readyReplicas: 2 }, "WaitingForPods"],
    ["a member is missing", { replicas: 2, readyReplicas: 2, updatedReplicas: 2 }, "WaitingForPods"],
    ["a member is of an older template", { updatedReplicas: 1 }, "PodsOutdated"],
    ["the StatefulSet hasn't observed its spec", { observedGeneration: 1 }, "ChildrenNotObserved"],
  ])("is True when %s", (_, changes, reason) => {
    const statefulSet = aLiveStatefulSet(aTopoServer(), changes);
    const { conditions } = status(aTopoServer(), { statefulSet });
    expect(condition("Progressing", conditions)).toMatchObject({ status: "True", reason });
    expect(condition("Ready", conditions)?.status).not.toBe("True");
  });
});

describe("trouble", () => {
  test.each(["ImagePullBackOff", "CrashLoopBackOff"])("%s of a member is reason and message", (reason) => {
    const { conditions } = withReady(3, 1, [aPod("topo-2"), aPod("topo-1", { reason, message: "because" })]);
    for (const type of ["Available", "Progressing"]) {
      expect(condition(type, conditions)).toMatchObject({
        reason,
        message: expect.stringContaining(`Pod topo-1, container etcd: ${reason} (because)`),
      });
    }
  });

  test("of a volume is told as the scheduler words it", () => {
    const pod = aPod("topo-0");
    const message = "pod has unbound immediate PersistentVolumeClaims";
    pod.status = { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] };
    expect(condition("Available", withReady(1, 0, [pod]).conditions)).toMatchObject({
      reason: "Unschedulable",
      message: expect.stringContaining(`Pod topo-0: Unschedulable (${message})`),
    });
  });

  test("of a write that only a person can mend is Stalled, and what runs stays available", () => {
    const failure: WriteFailure = {
      ref: { kind: "Service", namespace: "example", name: "s" },
      reason: "NameConflict",
      message: "Service example/s already exists",
    };
    const { conditions } = status(aTopoServer(), {}, [failure]);
    expect(condition("Available", conditions)?.status).toBe("True");
    expect(condition("Ready", conditions)?.status).toBe("False");
    expect(condition("Stalled", conditions)).toMatchObject({ status: "True", reason: "NameConflict" });
    expect(condition("NameConflict", conditions)).toMatchObject({ status: "True", message: failure.message });
  });

  test("of volumes that can't grow is Stalled and names who refused; what runs stays available", () => {
    const topoServer = aTopoServer({ dataVolumeClaimTemplate: { resources: { requests: { storage: "20Gi" } } } });
    const name = "data-example-multigres-cluster-global-0";
    const claim = {
      metadata: { namespace: "example", name, uid: "v" },
      spec: { resources: { requests: { storage: "10Gi" } } },
      status: { phase: "Bound", capacity: { storage: "10Gi" } },
    };
    const ref = { kind: "PersistentVolumeClaim", namespace: "example", name };
    const more = { statefulSet: aLiveStatefulSet(aTopoServer()), claims: [claim] };
    const growing = status(topoServer, more);
    expect(condition("Progressing", growing.conditions)).toMatchObject({ status: "True", reason: "StorageNotApplied" });
    expect(condition("Stalled", growing.conditions)?.status).toBe("False");
    expect(growing).not.toHaveProperty("storageGrowthFailures");
    const refused = status(topoServer, more, [{ ref, reason: "Forbidden", message: `${name}: no` }]);
    expect(condition("Stalled", refused.conditions)).toMatchObject({
      status: "True",
      reason: "StorageNotApplied",
      message: expect.stringContaining(`can't grow from 10Gi to 20Gi: ${name}: no; set the storage`),
    });
    expect(condition("Available", refused.conditions)?.status).toBe("True");
    expect(refused.storageGrowthFailures).toEqual({ data: "10Gi" });
  });

  test("of a volume template that can't change is Stalled and names what differs", () => {
    const template = { resources: { requests: { storage: "10Gi" } }, storageClassName: "fast" };
    const moved = status(aTopoServer({ dataVolumeClaimTemplate: template }), {
      statefulSet: aLiveStatefulSet(aTopoServer()),
    });
    expect(condition("Stalled", moved.conditions)?.message).toContain("storageClassName is unset, wanted is fast");
    expect(moved).not.toHaveProperty("storageGrowthFailures");
  });
});

describe("members that are ready", () => {
  const ready = (name: string) => ({ ...aPod(name), status: { conditions: [{ type: "Ready", status: "True" }] } });

  test("serve on while their StatefulSet is made again", () => {
    const away = status(aTopoServer(), { statefulSet: undefined, pods: [ready("a"), ready("b")] });
    expect(condition("Available", away.conditions)?.status).toBe("True");
    expect(condition("Progressing", away.conditions)?.status).toBe("True");
    const few = status(aTopoServer(), { statefulSet: undefined, pods: [ready("a")] });
    expect(condition("Available", few.conditions)?.status).toBe("False");
  });
});
