import { describe, expect, test } from "vitest";
import { type ObservedContainer, type ObservedPod, podHealth } from "./pod.ts";

type Status = NonNullable<ObservedPod["status"]>;

/** A scheduled pod that isn't ready yet. */
function aPod(status: Status = {}, metadata: ObservedPod["metadata"] = {}): ObservedPod {
  return {
    metadata: { name: "demo-0", ...metadata },
    status: {
      phase: "Running",
      conditions: [
        { type: "PodScheduled", status: "True" },
        {
          type: "Ready",
          status: "False",
          reason: "ContainersNotReady",
          message: "containers with unready status: [a]",
        },
      ],
      ...status,
    },
  };
}

function aContainer(overrides: Partial<ObservedContainer> = {}): ObservedContainer {
  return { name: "postgres", ready: false, state: { running: {} }, ...overrides };
}

const running = aContainer({ name: "multipooler", ready: true });
const ready = { conditions: [{ type: "Ready", status: "True" }] };

describe("podHealth of a pod that is fine or on its way", () => {
  test("Ready=True is ready, and nothing is to be said", () => {
    expect(podHealth(aPod({ ...ready, containerStatuses: [running] }))).toEqual({ name: "demo-0", ready: true });
  });

  test("Ready=True counts even if a container crashed before", () => {
    const recovered = aContainer({ ready: true, lastState: { terminated: { exitCode: 1, reason: "Error" } } });
    expect(podHealth(aPod({ ...ready, containerStatuses: [recovered] }))).toEqual({ name: "demo-0", ready: true });
  });

  test("a pod that is being deleted isn't ready, though it may say so", () => {
    expect(podHealth(aPod(ready, { deletionTimestamp: "2026-01-01T00:00:00Z" }))).toEqual({
      name: "demo-0",
      ready: false,
      message: "Pod demo-0 is being deleted",
    });
  });

  test.each<[string, ObservedPod]>([
    ["without a status", { metadata: { name: "demo-0" } }],
    ["not seen by the scheduler", { metadata: { name: "demo-0" }, status: { phase: "Pending", conditions: [] } }],
    ["of unknown readiness", aPod({ conditions: [{ type: "Ready", status: "Unknown" }] })],
    [
      "pulling its image",
      aPod({ containerStatuses: [aContainer({ state: { waiting: { reason: "ContainerCreating" } } })] }),
    ],
    ["initializing", aPod({ containerStatuses: [aContainer({ state: { waiting: { reason: "PodInitializing" } } })] })],
    ["whose container waits without a reason", aPod({ containerStatuses: [aContainer({ state: { waiting: {} } })] })],
    ["whose container has no state", aPod({ containerStatuses: [aContainer({ state: undefined })] })],
    ["whose container runs and isn't ready", aPod({ containerStatuses: [aContainer(), running] })],
    [
      "whose init container has done its work",
      aPod({ initContainerStatuses: [aContainer({ state: { terminated: { exitCode: 0, reason: "Completed" } } })] }),
    ],
    [
      "whose container was restarted after a clean exit",
      aPod({ containerStatuses: [aContainer({ lastState: { terminated: { exitCode: 0, reason: "Completed" } } })] }),
    ],
    [
      "whose statuses the kubelet doesn't know yet",
      aPod({ conditions: [{ type: "Ready", status: "False", reason: "UnknownContainerStatuses" }] }),
    ],
  ])("a pod %s merely starts", (_, pod) => {
    expect(podHealth(pod)).toEqual({ name: "demo-0", ready: false, message: "Pod demo-0 isn't ready" });
  });
});

describe("podHealth of a pod in trouble", () => {
  test.each<[string, Status, string, string]>([
    [
      "an image that can't be pulled",
      {
        containerStatuses: [
          aContainer({ state: { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "x:1"' } } }),
        ],
      },
      "ImagePullBackOff",
      'Pod demo-0, container postgres: ImagePullBackOff (Back-off pulling image "x:1")',
    ],
    [
      "an error in the container's configuration",
      {
        containerStatuses: [
          aContainer({ state: { waiting: { reason: "CreateContainerConfigError", message: 'secret "p" not found' } } }),
        ],
      },
      "CreateContainerConfigError",
      'Pod demo-0, container postgres: CreateContainerConfigError (secret "p" not found)',
    ],
    [
      "a crash loop, worded by how the container ended, as the kubelet's text changes with every back-off",
      {
        containerStatuses: [
          aContainer({
            state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 2m40s restarting failed container" } },
            lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
          }),
        ],
      },
      "CrashLoopBackOff",
      "Pod demo-0, container postgres: CrashLoopBackOff (OOMKilled, exit code 137)",
    ],
    [
      "an image that can't be pulled any more, whatever happened before",
      {
        containerStatuses: [
          aContainer({
            state: { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } },
            lastState: { terminated: { exitCode: 1, reason: "Error" } },
          }),
        ],
      },
      "ImagePullBackOff",
      "Pod demo-0, container postgres: ImagePullBackOff (Back-off pulling image)",
    ],
    [
      "a container that crashes on a node that is gone",
      {
        conditions: [{ type: "Ready", status: "False", reason: "NodeNotReady" }],
        containerStatuses: [aContainer({ state: { terminated: { exitCode: 1, reason: "Error" } } })],
      },
      "Error",
      "Pod demo-0, container postgres: Error, exit code 1",
    ],
    [
      "a crash loop of which nothing else is known",
      {
        containerStatuses: [
          aContainer({ state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } } }),
        ],
      },
      "CrashLoopBackOff",
      "Pod demo-0, container postgres: CrashLoopBackOff (back-off 10s)",
    ],
    [
      "a container that has just failed",
      {
        containerStatuses: [
          aContainer({ state: { terminated: { exitCode: 2, reason: "Error", message: "no flag x\n" } } }),
        ],
      },
      "Error",
      "Pod demo-0, container postgres: Error, exit code 2 (no flag x)",
    ],
    [
      "a container that ended nobody knows how",
      { containerStatuses: [aContainer({ state: { terminated: {} } })] },
      "Error",
      "Pod demo-0, container postgres: Error, exit code unknown",
    ],
    [
      "a container that runs again after a failure and isn't ready",
      { containerStatuses: [aContainer({ lastState: { terminated: { exitCode: 1, reason: "Error" } } })] },
      "Error",
      "Pod demo-0, container postgres: restarted after Error, exit code 1",
    ],
    [
      "a sidecar among the init containers, while the others wait for it",
      {
        initContainerStatuses: [aContainer({ state: { waiting: { reason: "ErrImagePull" } } })],
        containerStatuses: [aContainer({ name: "multipooler", state: { waiting: { reason: "PodInitializing" } } })],
      },
      "ErrImagePull",
      "Pod demo-0, container postgres: ErrImagePull",
    ],
    [
      "the second container, when the first is well",
      { containerStatuses: [running, aContainer({ state: { waiting: { reason: "ErrImagePull" } } })] },
      "ErrImagePull",
      "Pod demo-0, container postgres: ErrImagePull",
    ],
    [
      "no node that fits",
      {
        phase: "Pending",
        conditions: [
          { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" },
        ],
      },
      "Unschedulable",
      "Pod demo-0: Unschedulable (0/3 nodes are available)",
    ],
    [
      "a scheduler that gives no reason",
      { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False" }] },
      "Unschedulable",
      "Pod demo-0: Unschedulable",
    ],
    [
      "an eviction",
      {
        phase: "Failed",
        reason: "Evicted",
        message: "The node was low on resource: memory.",
        containerStatuses: [aContainer({ state: { terminated: { exitCode: 137, reason: "Error" } } })],
      },
      "Evicted",
      "Pod demo-0: Evicted (The node was low on resource: memory.)",
    ],
    [
      "a failure whose containers say more than the pod",
      { phase: "Failed", containerStatuses: [aContainer({ state: { terminated: { exitCode: 2, reason: "Error" } } })] },
      "Error",
      "Pod demo-0, container postgres: Error, exit code 2",
    ],
    ["a failure without a reason", { phase: "Failed" }, "Failed", "Pod demo-0: Failed"],
    [
      "a node that is gone",
      {
        conditions: [
          { type: "PodScheduled", status: "True" },
          { type: "Ready", status: "False", reason: "NodeNotReady" },
        ],
        containerStatuses: [aContainer({ ready: true })],
      },
      "NodeNotReady",
      "Pod demo-0: NodeNotReady",
    ],
  ])("%s", (_, status, reason, message) => {
    expect(podHealth(aPod(status))).toEqual({ name: "demo-0", ready: false, reason, message });
  });
});
