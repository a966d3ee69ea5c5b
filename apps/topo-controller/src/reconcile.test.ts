import { describe, expect, test } from "vitest";
import { reconcile } from "./reconcile.ts";
import { memberBudget } from "./resources/disruption-budget.ts";
import { aLiveStatefulSet, aPod, aTopoServer, now, observed } from "./testing/builders.ts";

function plan(state: Parameters<typeof reconcile>[0] = observed(aTopoServer())) {
  return reconcile(state, { now });
}

function written(state?: Parameters<typeof reconcile>[0]): string[] {
  return plan(state).objects.map(({ write, kind, object }) => `${write} ${kind.kind} ${object.metadata?.name}`);
}

describe("what a TopoServer gets", () => {
  test("is Services first, then members, then their budget", () => {
    expect(written()).toEqual([
      "apply Service example-multigres-cluster-global-peer",
      "apply Service example-multigres-cluster-global-client",
      "apply StatefulSet example-multigres-cluster-global",
      "apply PodDisruptionBudget example-multigres-cluster-global",
    ]);
  });

  test("doesn't depend on what exists", () => {
    const topoServer = aTopoServer();
    const bare = observed(topoServer, { statefulSet: undefined });
    expect(JSON.stringify(plan(bare).objects)).toBe(JSON.stringify(plan(observed(topoServer)).objects));
  });

  test("has no budget for one member, and loses the one it had", () => {
    const topoServer = aTopoServer({ replicas: 1 });
    const budget = memberBudget(aTopoServer());
    if (budget?.metadata) budget.metadata.uid = "pdb-uid";
    const state = observed(topoServer, { disruptionBudgets: budget ? [budget] : [] });
    expect(written(state).join()).not.toContain("PodDisruptionBudget");
    expect(plan(state).deletions).toMatchObject([
      {
        kind: { kind: "PodDisruptionBudget" },
        namespace: "example",
        name: "example-multigres-cluster-global",
        uid: "pdb-uid",
      },
    ]);
  });

  test("keeps its budget while it is wanted", () => {
    const budget = memberBudget(aTopoServer());
    expect(plan(observed(aTopoServer(), { disruptionBudgets: budget ? [budget] : [] })).deletions).toEqual([]);
  });

  test("takes over what an orphaning delete left, and nothing else", () => {
    const [peer, , statefulSet] = plan().objects;
    const { spec } = aLiveStatefulSet(aTopoServer());
    const leftBehind = (labels = statefulSet?.object.metadata?.labels) => ({ metadata: { labels }, spec });
    expect(statefulSet?.isOurs?.(leftBehind())).toBe(true);
    expect(statefulSet?.isOurs?.(leftBehind({ app: "other" }))).toBe(false);
    expect(peer?.isOurs?.({ metadata: peer.object.metadata })).toBe(false);
  });
});

describe("the members' volumes", () => {
  const name = "example-multigres-cluster-global";
  const grown = aTopoServer({
    image: "etcd:new",
    dataVolumeClaimTemplate: { resources: { requests: { storage: "20Gi" } } },
  });
  const claim = (storage: string, ordinal: number) => ({
    metadata: { namespace: "example", name: `data-${name}-${ordinal}`, uid: `volume-${ordinal}` },
    spec: { resources: { requests: { storage } } },
    status: { phase: "Bound", capacity: { storage: "10Gi" } },
  });
  const growing = (...requests: string[]) =>
    observed(grown, { statefulSet: aLiveStatefulSet(aTopoServer()), claims: requests.map(claim) });

  test("are asked to grow first, while everything else is applied", () => {
    const { objects, deletions } = plan(growing("10Gi", "20Gi", "10Gi"));
    expect(objects.filter(({ write }) => write === "patch").map(({ object }) => object.metadata?.name)).toEqual([
      `data-${name}-0`,
      `data-${name}-2`,
    ]);
    expect(objects.find(({ kind }) => kind.kind === "StatefulSet")?.object).toMatchObject({
      spec: {
        template: { spec: { containers: [{ image: "etcd:new" }] } },
        volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "10Gi" } } } }],
      },
    });
    expect(deletions).toEqual([]);
  });

  test("that were all asked have the StatefulSet made again without its pods", () => {
    const { deletions } = plan(growing("20Gi", "20Gi", "20Gi"));
    expect(deletions).toMatchObject([
      { kind: { kind: "StatefulSet" }, name, uid: "sts-uid", propagationPolicy: "Orphan" },
    ]);
    const again = plan({ ...growing("20Gi", "20Gi", "20Gi"), statefulSet: undefined });
    expect(again.objects.find(({ kind }) => kind.kind === "StatefulSet")?.object).toMatchObject({
      spec: { volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "20Gi" } } } }] },
    });
  });
});

describe("Events", () => {
  test("tell of members that can't run", () => {
    const state = observed(aTopoServer(), {
      statefulSet: aLiveStatefulSet(aTopoServer(), { readyReplicas: 2 }),
      pods: [aPod("example-multigres-cluster-global-1", { reason: "ImagePullBackOff", message: "no such tag" })],
    });
    expect(plan(state).events).toEqual([
      {
        type: "Warning",
        reason: "ImagePullBackOff",
        action: "Observe",
        note: "Pod example-multigres-cluster-global-1, container etcd: ImagePullBackOff (no such tag)",
      },
    ]);
  });

  test("don't tell of members whose volumes aren't bound yet, but look again", () => {
    const pod = aPod("p");
    pod.status = {
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", lastTransitionTime: now }],
    };
    const statefulSet = aLiveStatefulSet(aTopoServer(), { readyReplicas: 2 });
    expect(plan(observed(aTopoServer(), { statefulSet, pods: [pod] }))).toMatchObject({
      events: [],
      requeueAfterMs: 30_000,
    });
  });

  test("don't tell of members that merely start", () => {
    const statefulSet = aLiveStatefulSet(aTopoServer(), { readyReplicas: 2 });
    expect(plan(observed(aTopoServer(), { statefulSet, pods: [aPod("p")] })).events).toEqual([]);
  });
});
