import { describe, expect, it } from "vitest";
import { isAvailable, isSettled, reasonsAgainst, waitingFor } from "./reasons.ts";
import { aCell, aCluster, aPod, aWorkload, conditions } from "./testing/builders.ts";
import type { Pod } from "./tree.ts";

const wanted = new Set(["t1/demo"]);

describe("a cluster", () => {
  it.each([
    ["available and at rest", aCluster(), true, true],
    ["available and moving", aCluster("demo", { conditions: conditions("True", "", "", "True") }), true, false],
    ["not available", aCluster("demo", { conditions: conditions("False") }), false, false],
    [
      "available for an older spec",
      aCluster("demo", { observedGeneration: 0, conditions: conditions() }),
      false,
      false,
    ],
    ["without status", aCluster("demo", null), false, false],
  ])("that is %s", (_, cluster, available, settled) => {
    expect(isAvailable(cluster)).toBe(available);
    expect(isSettled(cluster)).toBe(settled);
  });

  it.each([
    ["why it isn't available", aCluster("b", { conditions: conditions("False", "R", "no quorum") }), "no quorum"],
    ["what still moves", aCluster("b", { conditions: conditions("True", "R", "fine", "True") }), "still starting"],
    ["that it has no status", aCluster("b", null), "MultigresCluster b has no status yet"],
  ])("that waits says %s", (_, cluster, message) => {
    expect(waitingFor([aCluster(), cluster])).toBe(message);
  });

  it("that is settled waits for nothing", () => {
    expect(waitingFor([aCluster()])).toBe("");
  });
});

describe("the reasons against clusters", () => {
  it("name clusters, then their parts, then pods", () => {
    const cluster = aCluster("demo", { conditions: conditions("False", "BelowQuorum", "1 of 3 pods") });
    const objects = [
      aPod("pod-b", notReady()),
      aWorkload("Deployment", "demo-multiadmin", cluster, 0),
      aCell("demo-z1", cluster, { conditions: [] }),
      aCell("demo-z2", cluster),
      aPod("pod-ready", { conditions: [{ type: "Ready", status: "True" }] }),
      cluster,
    ];
    expect(reasonsAgainst(wanted, objects)).toEqual([
      "MultigresCluster t1/demo: BelowQuorum: 1 of 3 pods",
      "Cell t1/demo-z1: no status yet, is its controller running?",
      "Pod t1/pod-b isn't ready",
    ]);
  });

  it("name a cluster that isn't there", () => {
    expect(reasonsAgainst(new Set(["t1/demo", "t1/gone"]), [aCluster()])).toEqual([
      "MultigresCluster t1/gone: doesn't exist (any more)",
    ]);
  });

  it.each<[string, Pod["status"], string]>([
    [
      "crashes",
      notReady({ waiting: { reason: "CrashLoopBackOff", message: "back-off" } }),
      "Pod t1/p, container multipooler: CrashLoopBackOff (back-off)",
    ],
    [
      "runs without getting ready",
      notReady({ running: {} }),
      "Pod t1/p isn't ready: container multipooler runs, but not ready",
    ],
    [
      "fits on no node",
      { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/6 nodes" }] },
      "Pod t1/p: Unschedulable (0/6 nodes)",
    ],
  ])("say of a pod that it %s", (_, status, line) => {
    expect(reasonsAgainst(wanted, [aCluster(), aPod("p", status)])).toEqual([line]);
  });
});

function notReady(state?: object): Pod["status"] {
  return {
    conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady" }],
    ...(state ? { containerStatuses: [{ name: "multipooler", ready: false, state }] } : {}),
  };
}
