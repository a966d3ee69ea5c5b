import { describe, expect, test } from "vitest";
import { reconcile } from "./reconcile.ts";
import { gatewayDisruptionBudget } from "./resources/gateway-disruption-budget.ts";
import {
  aCell,
  aCellWithTopoServer,
  aLiveGateway,
  aLiveTopoServer,
  type Answer,
  aPod,
  aRegistration,
  foreign,
  now,
  observed,
  refused,
  unreachable,
} from "./testing/builders.ts";

function plan(state = observed(aCell())) {
  return reconcile(state, { now });
}

function written(state?: Parameters<typeof reconcile>[0]): string[] {
  return plan(state).objects.map(({ write, kind, object }) => `${write} ${kind.kind} ${object.metadata?.name}`);
}

describe("what a Cell gets", () => {
  test("is gateways", () => {
    expect(written()).toEqual([
      "apply Service example-multigres-cluster-us-east-1a-gateway",
      "apply Deployment example-multigres-cluster-us-east-1a-gateway",
      "apply PodDisruptionBudget example-multigres-cluster-us-east-1a-gateway",
    ]);
  });

  test("is a topology server too, exactly as wanted, when the spec manages one", () => {
    expect(written(observed(aCellWithTopoServer()))[0]).toBe(
      "exact TopoServer example-multigres-cluster-us-east-1b-topo-c0d99d3a",
    );
  });

  test("doesn't depend on what exists", () => {
    const cell = aCellWithTopoServer();
    const bare = observed(cell, { gateway: undefined, topoServers: [] });
    expect(JSON.stringify(plan(bare).objects)).toBe(JSON.stringify(plan(observed(cell)).objects));
  });

  test("takes over what an orphaning delete left, and nothing else", () => {
    for (const { object, isOurs } of plan(observed(aCellWithTopoServer())).objects) {
      const left = { ...object, metadata: { ...object.metadata, ownerReferences: undefined } };
      expect(isOurs?.(left)).toBe(true);
      expect(isOurs?.({ metadata: { name: object.metadata?.name } })).toBe(false);
    }
  });
});

describe("what a Cell loses", () => {
  test("is its topology server when the spec no longer has it", () => {
    const topoServers = [aLiveTopoServer(aCellWithTopoServer())];
    const removed = plan(observed(aCellWithTopoServer({ topoServer: {} }), { topoServers }));
    expect(removed.deletions).toMatchObject([
      {
        kind: { kind: "TopoServer" },
        namespace: "example",
        name: "example-multigres-cluster-us-east-1b-topo-c0d99d3a",
        uid: "topo-uid",
      },
    ]);
    expect(removed.deletions[0]?.because).toContain("PersistentVolumeClaims stay");
  });

  test("is its topology server when somebody else runs it from now on", () => {
    const topoServers = [aLiveTopoServer(aCellWithTopoServer())];
    const topoServer = { rootPath: "/x", external: { address: "etcd:2379" } };
    expect(plan(observed(aCellWithTopoServer({ topoServer }), { topoServers })).deletions).toHaveLength(1);
  });

  test("is its budget when one gateway is left", () => {
    const budget = gatewayDisruptionBudget(aCell());
    const disruptionBudgets = budget ? [budget] : [];
    const cell = aCell({ multiGateway: { replicas: 1 } });
    expect(plan(observed(cell, { disruptionBudgets })).deletions).toMatchObject([
      { kind: { kind: "PodDisruptionBudget" } },
    ]);
  });

  test("is nothing that is still wanted", () => {
    const cell = aCellWithTopoServer();
    const budget = gatewayDisruptionBudget(cell);
    const { deletions, events } = plan(observed(cell, { disruptionBudgets: budget ? [budget] : [] }));
    expect(deletions).toEqual([]);
    expect(events).toEqual([]);
  });
});

test("asks for what its registration needs, again and again", () => {
  const { tasks } = plan(observed(aCellWithTopoServer()));
  expect(tasks?.map(({ kind, everyMs }) => [kind.name, everyMs])).toEqual([
    ["claim-cell-root", 60_000],
    ["register-cell", 60_000],
  ]);
});

test("an Event tells of a topology that is somebody else's, and none of one that is away", () => {
  const cell = aCell();
  const eventsOf = (record: Answer) => plan(observed(cell, { registration: aRegistration(cell, { record }) })).events;
  expect(eventsOf(foreign)).toEqual([
    {
      type: "Warning",
      reason: "TopologyConflict",
      action: "Register",
      note: "Root path /x in etcd is in use by MultigresCluster a/b (uid 1)",
    },
  ]);
  expect(eventsOf(refused)).toMatchObject([{ reason: "RegistrationRefused" }]);
  expect(eventsOf(unreachable)).toEqual([]);
});

test("an Event tells of gateways that can't run, by pod and container", () => {
  const cell = aCell();
  const state = observed(cell, {
    gateway: aLiveGateway(cell, { readyReplicas: 1 }),
    gatewayPods: [aPod("gw-a"), aPod("gw-b", { reason: "CrashLoopBackOff" })],
  });
  expect(plan(state).events).toEqual([
    {
      type: "Warning",
      reason: "CrashLoopBackOff",
      action: "Observe",
      note: "Pod gw-b, container multigateway: CrashLoopBackOff",
    },
  ]);
});
