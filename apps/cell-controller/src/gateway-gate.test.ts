import { describe, expect, test } from "vitest";
import { reconcile } from "./reconcile.ts";
import {
  aCell,
  aLiveGateway,
  type Answers,
  aRegistration,
  done,
  foreign,
  now,
  observed,
  refused,
  unreachable,
} from "./testing/builders.ts";

const cell = aCell();
const unregistered = aCell({ topologyReconciliation: { registerCell: false, pruneTablets: true } });
const moved = aCell({ globalTopoServer: { rootPath: "/elsewhere", address: "etcd:2379" } });
const live = aLiveGateway(cell);

/** Kinds of the gateways' objects that are written. */
function written(of: typeof cell, gateway: typeof live | undefined, answers: Answers = {}): string[] {
  const state = observed(of, { gateway, registration: aRegistration(of, answers) });
  return reconcile(state, { now }).objects.map(({ kind }) => kind.kind);
}

const all = ["Service", "Deployment", "PodDisruptionBudget"];

describe("the first gateway", () => {
  test.each([
    ["hasn't been asked", {}],
    ["doesn't answer", { record: unreachable }],
    ["is somebody else's", { record: foreign }],
    ["refuses", { record: refused }],
  ])("waits while the topology %s, but not its Service", (_what, answers) => {
    expect(written(cell, undefined, answers)).toEqual(["Service"]);
  });

  test("is created once the cell is registered", () => {
    expect(written(cell, undefined, { record: done })).toEqual(all);
  });

  test("waits for nothing where somebody else registers the cell", () => {
    expect(written(unregistered, undefined)).toEqual(all);
  });
});

describe("a gateway that exists", () => {
  test.each([
    ["hasn't been asked since the controller's start", {}],
    ["doesn't answer", { record: unreachable }],
    ["is somebody else's by now", { record: foreign }],
  ])("is kept up to date, while the topology %s", (_what, answers) => {
    const bigger = aCell({ multiGateway: { replicas: 3 } });
    expect(written(bigger, live, answers)).toEqual(all);
  });

  test.each([
    ["hasn't been asked", {}],
    ["doesn't answer", { record: unreachable }],
    ["is somebody else's", { record: foreign }],
  ])("isn't led to another topology that %s", (_what, answers) => {
    expect(written(moved, live, answers)).toEqual(["Service", "PodDisruptionBudget"]);
  });

  test("is led to another topology once the cell is registered there", () => {
    expect(written(moved, live, { record: done })).toEqual(all);
  });
});

test("a budget stays though its gateways were removed while the topology is away", () => {
  const { deletions } = reconcile(
    observed(cell, {
      gateway: undefined,
      disruptionBudgets: [{ metadata: { name: live.metadata?.name, namespace: "example", uid: "pdb" } }],
      registration: aRegistration(cell, { record: unreachable }),
    }),
    { now },
  );
  expect(deletions).toEqual([]);
});
