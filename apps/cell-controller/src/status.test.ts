import type { Cell, Condition } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import { describe, expect, test } from "vitest";
import type { ObservedCell } from "./observe.ts";
import { reconcile } from "./reconcile.ts";
import {
  aCell,
  aCellWithTopoServer,
  aLiveGateway,
  aLiveTopoServer,
  aPod,
  now,
  observed,
  type TopoServerState,
} from "./testing/builders.ts";

function status(cell: Cell, more: Partial<ObservedCell> = {}, failures: readonly WriteFailure[] = []) {
  return reconcile(observed(cell, more), { now }).status(failures);
}

function condition(type: string, conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.find((candidate) => candidate.type === type);
}

/** As it stands after its first status, the one that never says Unknown. */
function seenBefore<T extends object>(object: T) {
  return { ...object, status: { conditions: [] } };
}

/** The status of a cell of two gateways with the Deployment's status so changed. */
function withGateway(changes: Parameters<typeof aLiveGateway>[1], gatewayPods: ObservedCell["gatewayPods"] = []) {
  const cell = seenBefore(aCell());
  return status(cell, { gateway: aLiveGateway(cell, changes), gatewayPods });
}

/** The status of a cell whose own TopoServer is in that state. */
function withTopoServer(state: TopoServerState) {
  const cell = seenBefore(aCellWithTopoServer());
  return status(cell, { topoServers: [aLiveTopoServer(cell, state)] });
}

describe("the status of the spec's example", () => {
  test("is the printed one, with full conditions", () => {
    expect(status(aCell())).toEqual({
      observedGeneration: 5,
      gatewayReplicas: 2,
      gatewayReadyReplicas: 2,
      gatewayServiceName: "example-multigres-cluster-us-east-1a-gateway",
      gatewayAvailable: "True",
      topoServerAvailable: "Unknown",
      conditions: [
        ["Available", "True", "AllAvailable", "MultiGateway is healthy"],
        ["Progressing", "False", "Converged", "Everything is as the spec says."],
        ["Ready", "True", "AllAvailable", "MultiGateway is healthy"],
        ["Stalled", "False", "NothingToDo", "Nothing waits for a person."],
      ].map(([type, value, reason, message]) => ({
        type,
        status: value,
        reason,
        message,
        observedGeneration: 5,
        lastTransitionTime: "2026-11-20T10:00:00Z",
      })),
    });
  });

  test("has the cell's own topology server in it", () => {
    const { topoServerAvailable, conditions } = status(aCellWithTopoServer());
    expect(topoServerAvailable).toBe("True");
    expect(condition("Available", conditions)?.status).toBe("True");
  });

  test("keeps the time of a condition that didn't change", () => {
    const before = { ...aCell(), status: status(aCell()) };
    expect(reconcile(observed(before), { now: new Date("2027-01-01T00:00:00Z") }).status([])).toEqual(before.status);
  });
});

describe("gatewayAvailable", () => {
  test.each([
    ["all are ready", {}, "True"],
    ["one is ready", { readyReplicas: 1 }, "True"],
    ["an old one is ready while a new one starts", { replicas: 3, readyReplicas: 2, updatedReplicas: 1 }, "True"],
    ["none is ready", { readyReplicas: 0 }, "False"],
    ["the Deployment speaks of an older spec", { observedGeneration: 1 }, "Unknown"],
  ])("when %s", (_, changes, available) => {
    const { gatewayAvailable, conditions } = withGateway(changes);
    expect(gatewayAvailable).toBe(available);
    expect(condition("Available", conditions)?.status).toBe(available);
  });

  test("is False before the Deployment exists, from the first status on", () => {
    const first = status(aCell(), { gateway: undefined });
    expect(first).toMatchObject({ gatewayReplicas: 2, gatewayReadyReplicas: 0, gatewayAvailable: "False" });
    expect(condition("Available", first.conditions)).toMatchObject({ status: "False", reason: "NotCreatedYet" });
    expect(condition("Progressing", first.conditions)?.status).toBe("True");
  });

  test("is False when none is wanted, which is said and no progress", () => {
    const cell = aCell({ multiGateway: { replicas: 0 } });
    const { gatewayAvailable, conditions } = status(cell);
    expect(gatewayAvailable).toBe("False");
    expect(condition("Available", conditions)).toMatchObject({
      status: "False",
      reason: "NoPodsWanted",
      message: "Deployment example-multigres-cluster-us-east-1a-gateway has replicas: 0",
    });
    expect(condition("Progressing", conditions)?.status).toBe("False");
  });
});

describe("Progressing", () => {
  test.each([
    ["a gateway isn't ready", { readyReplicas: 1 }, "WaitingForPods"],
    ["a gateway is of an older template", { replicas: 3, readyReplicas: 2, updatedReplicas: 1 }, "PodsOutdated"],
    [
      "the rollout stands still",
      { conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }], replicas: 3 },
      "ProgressDeadlineExceeded",
    ],
  ])("is True when %s, though gateways serve", (_, changes, reason) => {
    const { conditions } = withGateway(changes);
    expect(condition("Available", conditions)?.status).toBe("True");
    expect(condition("Progressing", conditions)).toMatchObject({ status: "True", reason });
    expect(condition("Ready", conditions)?.status).toBe("False");
  });

  test("is True while a topology server that is no longer wanted exists", () => {
    const topoServers = [aLiveTopoServer(aCellWithTopoServer())];
    const { conditions, topoServerAvailable } = status(aCell({ name: "us-east-1b" }), { topoServers });
    expect(condition("Progressing", conditions)).toMatchObject({
      status: "True",
      reason: "Removing",
      message: expect.stringMatching(/^TopoServer .* is no longer wanted/),
    });
    expect(topoServerAvailable).toBe("Unknown");
  });
});

describe("trouble of gateways", () => {
  test.each(["ImagePullBackOff", "CrashLoopBackOff"])("%s is reason and message", (reason) => {
    const { conditions } = withGateway({ readyReplicas: 0 }, [aPod("gw-a", { reason, message: "because" })]);
    for (const type of ["Available", "Progressing"]) {
      expect(condition(type, conditions)).toMatchObject({
        reason,
        message: expect.stringContaining(`Pod gw-a, container multigateway: ${reason} (because)`),
      });
    }
  });

  test("that merely start is a count and names", () => {
    const { conditions } = withGateway({ readyReplicas: 0 }, [aPod("gw-a"), aPod("gw-b")]);
    expect(condition("Available", conditions)).toMatchObject({
      reason: "PodsNotReady",
      message:
        "Deployment example-multigres-cluster-us-east-1a-gateway has 0 of 2 pods ready; Pod gw-a isn't ready; Pod gw-b isn't ready",
    });
  });
});

describe("the cell's own topology server", () => {
  test("is told with its own reason and message when it isn't available", () => {
    const message = "0 of 1 etcd members are ready, 1 are needed";
    const { topoServerAvailable, gatewayAvailable, conditions } = withTopoServer({
      available: { status: "False", reason: "ImagePullBackOff", message },
      progressing: { status: "True", reason: "ImagePullBackOff", message },
    });
    expect({ topoServerAvailable, gatewayAvailable }).toEqual({
      topoServerAvailable: "False",
      gatewayAvailable: "True",
    });
    expect(condition("Available", conditions)).toMatchObject({
      status: "False",
      reason: "ImagePullBackOff",
      message: `TopoServer example-multigres-cluster-us-east-1b-topo-c0d99d3a: ${message}`,
    });
  });

  test("doesn't count before it has observed its own spec", () => {
    const { topoServerAvailable, storageGrowthFailures, conditions } = withTopoServer({
      observedGeneration: 0,
      storageGrowthFailures: { data: "5Gi" },
    });
    expect(topoServerAvailable).toBe("Unknown");
    expect(storageGrowthFailures).toBeUndefined();
    expect(condition("Available", conditions)).toMatchObject({ status: "Unknown", reason: "ChildrenNotObserved" });
  });

  test("that doesn't exist yet is False", () => {
    const { topoServerAvailable, conditions } = status(aCellWithTopoServer(), { topoServers: [] });
    expect(topoServerAvailable).toBe("False");
    expect(condition("Available", conditions)).toMatchObject({ status: "False", reason: "NotCreatedYet" });
  });

  test("holds up the cell while it progresses", () => {
    const { conditions } = withTopoServer({
      progressing: { status: "True", reason: "PodsOutdated", message: "rolling" },
    });
    expect(condition("Available", conditions)?.status).toBe("True");
    expect(condition("Progressing", conditions)).toMatchObject({ status: "True", reason: "PodsOutdated" });
  });

  test("passes on that a person must act, and which volumes didn't grow", () => {
    const { conditions, storageGrowthFailures } = withTopoServer({
      stalled: { status: "True", reason: "QuotaExceeded", message: "StatefulSet x: full" },
      storageGrowthFailures: { data: "5Gi" },
    });
    expect(condition("Stalled", conditions)).toMatchObject({ status: "True", reason: "QuotaExceeded" });
    expect(storageGrowthFailures).toEqual({ topoServer: "5Gi" });
  });

  test("that somebody else runs is Unknown, never guessed", () => {
    const cell = aCell({ topoServer: { rootPath: "/x", external: { address: "etcd.example.com:2379" } } });
    const { topoServerAvailable, conditions } = status(seenBefore(cell));
    expect(topoServerAvailable).toBe("Unknown");
    expect(condition("Available", conditions)).toMatchObject({
      status: "Unknown",
      message: "External topology server etcd.example.com:2379 hasn't been asked",
    });
    expect(condition("Progressing", conditions)?.status).toBe("False");
  });

  test("and the gateways are both named when both have trouble, and False wins over Unknown", () => {
    const cell = aCellWithTopoServer();
    const { conditions } = status(cell, {
      gateway: aLiveGateway(cell, { readyReplicas: 0 }),
      topoServers: [aLiveTopoServer(cell, { observedGeneration: 0 })],
    });
    expect(condition("Available", conditions)).toMatchObject({
      status: "False",
      reason: "PodsNotReady",
      message: expect.stringMatching(/Deployment .*; TopoServer /),
    });
  });
});

test("a name that somebody else has is Stalled and NameConflict, and what runs stays available", () => {
  const failure: WriteFailure = {
    ref: { kind: "Service", namespace: "example", name: "gw" },
    reason: "NameConflict",
    message: "Service example/gw already exists",
  };
  const { conditions, gatewayAvailable } = status(aCell(), {}, [failure]);
  expect(gatewayAvailable).toBe("True");
  expect(condition("Stalled", conditions)).toMatchObject({ status: "True", reason: "NameConflict" });
  expect(condition("NameConflict", conditions)).toMatchObject({ status: "True", message: failure.message });
  expect(condition("Ready", conditions)?.status).toBe("False");
});
