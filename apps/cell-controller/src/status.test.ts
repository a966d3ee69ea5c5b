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
  aRegistration,
  type Answers,
  done,
  foreign,
  now,
  observed,
  refused,
  type TopoServerState,
  unreachable,
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

const unregistered = { registerCell: false, pruneTablets: true };

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
      topoServerAvailable: "True",
      conditions: [
        ["Available", "True", "AllAvailable", "MultiGateway is healthy"],
        ["Progressing", "False", "Converged", "Everything is as the spec says."],
        ["Ready", "True", "AllAvailable", "MultiGateway is healthy"],
        ["Stalled", "False", "NothingToDo", "Nothing waits for a person."],
        ["Registered", "True", "Registered", "Cell us-east-1a is registered in the global topology"],
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
    const { conditions } = status(aCell({ name: "us-east-1b" }), { topoServers });
    expect(condition("Progressing", conditions)).toMatchObject({
      status: "True",
      reason: "Removing",
      message: expect.stringMatching(/^TopoServer .* is no longer wanted/),
    });
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

  const external = aCell({ topoServer: { rootPath: "/x", external: { address: "etcd.example.com:2379" } } });

  test.each([
    ["works", { claim: done, record: done }, "True", "AllAvailable", "MultiGateway is healthy"],
    ["works, whatever the global one does", { claim: done, record: unreachable }, "True", "AllAvailable", ""],
    ["doesn't answer", { claim: unreachable }, "False", "TopologyUnreachable", "the connection is refused"],
    ["is somebody else's", { claim: foreign }, "False", "TopologyConflict", "in use by MultigresCluster a/b"],
    ["refuses", { claim: refused }, "False", "RegistrationRefused", "user name is empty"],
    ["wasn't asked yet", {}, "Unknown", "Registering", "nothing has been heard of it yet"],
  ])("that somebody else runs is asked itself, when it %s", (_, answers, available, reason, message) => {
    const cell = seenBefore(external);
    const found = status(cell, { registration: aRegistration(cell, answers) });
    expect(found.topoServerAvailable).toBe(available);
    expect(found.gatewayAvailable).toBe("True");
    const said = condition("Available", found.conditions);
    expect(said).toMatchObject({ status: available, reason });
    expect(said?.message).toContain(message);
    if (available !== "True") expect(said?.message).toContain("External topology server etcd.example.com:2379: ");
  });

  test("that somebody else runs isn't asked, nor waited for, when somebody else registers the cell", () => {
    const cell = seenBefore({ ...external, spec: { ...external.spec, topologyReconciliation: unregistered } });
    const { topoServerAvailable, conditions } = status(cell);
    expect(topoServerAvailable).toBe("Unknown");
    expect(condition("Available", conditions)?.status).toBe("True");
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
      message: expect.stringMatching(/TopoServer .*; Deployment /),
    });
  });
});

describe("Registered", () => {
  const withoutGateways = (answers: Answers, cell = aCell()) =>
    status(cell, { gateway: undefined, registration: aRegistration(cell, answers) });

  test.each([
    ["nobody has answered yet", {}, "Unknown", "Registering", "is being registered", "False"],
    ["etcd is away", { record: unreachable }, "Unknown", "TopologyUnreachable", "the connection is refused", "False"],
    ["the root is somebody else's", { record: foreign }, "False", "TopologyConflict", "in use by", "True"],
    ["etcd refuses", { record: refused }, "False", "RegistrationRefused", "user name is empty", "True"],
  ])("says why gateways wait, up to the root, when %s", (_, answers, registered, reason, why, stalled) => {
    const { conditions, gatewayAvailable } = withoutGateways(answers);
    expect(gatewayAvailable).toBe("False");
    const message = expect.stringContaining(why);
    expect(condition("Registered", conditions)).toMatchObject({ status: registered, reason, message });
    expect(condition("Available", conditions)).toMatchObject({
      status: "False",
      reason,
      message: expect.stringMatching(
        new RegExp(`^Deployment example-\\S*-gateway is created once the cell is registered; .*${why}`),
      ),
    });
    expect(condition("Progressing", conditions)).toMatchObject({ status: "True", reason, message });
    expect(condition("Stalled", conditions)?.status).toBe(stalled);
    if (stalled === "True") expect(condition("Stalled", conditions)).toMatchObject({ reason, message });
  });

  test("tells once why a server of the cell's own can't be used", () => {
    const cell = aCell({ topoServer: { rootPath: "/x", external: { address: "own:2379" } } });
    expect(condition("Available", withoutGateways({ claim: unreachable }, cell).conditions)?.message).toBe(
      "Deployment example-multigres-cluster-us-east-1a-gateway is created once the cell is registered; External topology server own:2379: etcd can't be reached (etcd:2379: the connection is refused)",
    );
  });

  test("changes nothing of what serves while etcd is away", () => {
    const cell = seenBefore(aCell());
    const { conditions } = status(cell, { registration: aRegistration(cell, { record: unreachable }) });
    expect(condition("Registered", conditions)?.status).toBe("Unknown");
    expect(condition("Ready", conditions)?.status).toBe("True");
  });

  test("asks for a person, and leaves what serves available, when somebody else's record is in the way", () => {
    const cell = seenBefore(aCell());
    const { conditions } = status(cell, { registration: aRegistration(cell, { record: foreign }) });
    expect(condition("Available", conditions)?.status).toBe("True");
    expect(condition("Stalled", conditions)).toMatchObject({ status: "True", reason: "TopologyConflict" });
    expect(condition("Ready", conditions)?.status).toBe("False");
  });

  test("says that gateways stay where they are until the cell is registered elsewhere", () => {
    const moved = seenBefore(aCell({ globalTopoServer: { rootPath: "/elsewhere", address: "etcd:2379" } }));
    const { conditions } = status(moved, {
      gateway: aLiveGateway(aCell()),
      registration: aRegistration(moved, { record: unreachable }),
    });
    expect(condition("Available", conditions)?.status).toBe("True");
    expect(condition("Progressing", conditions)).toMatchObject({
      status: "True",
      reason: "TopologyUnreachable",
      message: expect.stringContaining("stays with the topology that it has until the cell is registered"),
    });
  });

  test("is nobody's business here when somebody else registers the cell", () => {
    const cell = aCell({ topologyReconciliation: unregistered });
    const { conditions } = status(cell);
    expect(condition("Registered", conditions)).toMatchObject({ status: "Unknown", reason: "RegistrationNotWanted" });
    expect(condition("Available", conditions)?.status).toBe("True");
  });

  test.each([
    ["registered", { record: done }],
    ["unreachable", { record: unreachable }],
    ["somebody else's", { record: foreign }],
  ])("stays as it was while a controller that has just started waits for its first answer: %s", (_, answers) => {
    const cell = aCell({ topoServer: { rootPath: "/x", external: { address: "own:2379" } } });
    const before = status(cell, { registration: aRegistration(cell, { claim: done, ...answers }) });
    const after = { ...cell, status: before };
    const { conditions, topoServerAvailable } = status(after, { registration: aRegistration(after, {}) });
    expect(condition("Registered", conditions)).toEqual(condition("Registered", before.conditions));
    expect(topoServerAvailable).toBe(before.topoServerAvailable);
  });

  test("doesn't hold for another spec", () => {
    const before = { ...aCell(), status: status(aCell()) };
    const edited = { ...before, metadata: { ...before.metadata, generation: 6 } };
    const { conditions, topoServerAvailable } = status(edited, { registration: aRegistration(edited, {}) });
    expect(condition("Registered", conditions)).toMatchObject({ status: "Unknown", reason: "Registering" });
    expect(topoServerAvailable).toBe("Unknown");
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
