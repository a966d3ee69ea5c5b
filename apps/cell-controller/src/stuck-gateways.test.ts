import type { V1Pod } from "@kubernetes/client-node";
import type { Condition } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import { reconcile } from "./reconcile.ts";
import { aCell, aPod, aRegistration, now, observed, unreachable } from "./testing/builders.ts";

const before = new Date(now.getTime() - 60_000);
const after = new Date(now.getTime() + 60_000);
const backOff = { reason: "CrashLoopBackOff" };

function aGateway(createdAt: Date, waiting?: { reason: string }, deletionTimestamp?: Date): V1Pod {
  const pod = aPod("gw-a", waiting);
  return { ...pod, metadata: { ...pod.metadata, creationTimestamp: createdAt, deletionTimestamp } };
}

/** A cell whose condition has said so since `now`. */
function aCellThatSaid(status: Condition["status"]) {
  const lastTransitionTime = now.toISOString();
  return { ...aCell(), status: { conditions: [{ type: "Registered", status, lastTransitionTime }] } };
}

function planned(cell: ReturnType<typeof aCell>, pod: V1Pod, answers?: Parameters<typeof aRegistration>[1]) {
  const state = observed(cell, { gatewayPods: [pod], registration: aRegistration(cell, answers) });
  return reconcile(state, { now: after });
}

function deleted(...given: Parameters<typeof planned>): string[] {
  return planned(...given).deletions.map(({ kind, name, uid }) => `${kind.kind} ${name} ${uid}`);
}

describe("a gateway in CrashLoopBackOff", () => {
  test("from before its cell was registered is replaced, as soon as the cell says that it is", () => {
    expect(deleted(aCellThatSaid("True"), aGateway(before, backOff))).toEqual(["Pod gw-a gw-a"]);
  });

  test("from after that has another trouble, and isn't replaced again and again", () => {
    expect(deleted(aCellThatSaid("True"), aGateway(now, backOff))).toEqual([]);
    expect(deleted(aCellThatSaid("True"), aGateway(after, backOff))).toEqual([]);
  });

  test("stays until the cell says since when it is registered, or a new one would be replaced as well", () => {
    const { deletions, requeueAfterMs } = planned(aCellThatSaid("Unknown"), aGateway(before, backOff));
    expect(deletions).toEqual([]);
    expect(requeueAfterMs).toBe(1_000);
  });

  test("stays while the cell isn't registered", () => {
    expect(deleted(aCellThatSaid("True"), aGateway(before, backOff), { record: unreachable })).toEqual([]);
    expect(deleted(aCellThatSaid("True"), aGateway(before, backOff), {})).toEqual([]);
    const topologyReconciliation = { registerCell: false, pruneTablets: true };
    expect(deleted(aCell({ topologyReconciliation }), aGateway(before, backOff))).toEqual([]);
  });
});

test.each([
  ["is only starting", aGateway(before)],
  ["waits for its image", aGateway(before, { reason: "ImagePullBackOff" })],
  ["is being deleted already", aGateway(before, backOff, now)],
])("a gateway that %s isn't replaced", (_what, pod) => {
  expect(deleted(aCellThatSaid("True"), pod)).toEqual([]);
});
