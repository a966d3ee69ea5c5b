import { describe, expect, test } from "vitest";
import { nextStep } from "./next-step.ts";
import { poolReplicas } from "./replicas.ts";
import type { PodView, PoolView, Roles, ShardView } from "./shard-view.ts";

const now = new Date("2026-11-20T10:00:00Z");
const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const fine = { ready: true, readySince: secondsAgo(3600) };
const starting = { ready: false };
const broken = { ready: false, broken: true };
const lagging = { lagging: true };
const outdated = { outdated: true };

/** `a-1` is the pod with ordinal 1 of pool a, in cell a. */
function aPod(name: string, change: Partial<PodView> = {}): PodView {
  const [pool = "", ordinal] = name.split("-");
  return {
    name,
    uid: `${name}-uid`,
    pool,
    cell: pool,
    ordinal: Number(ordinal),
    ...fine,
    broken: false,
    lagging: false,
    leaving: false,
    outdated: false,
    ...change,
  };
}

function aPool(name: string, wanted = 3, change: Partial<PoolView> = {}): PoolView {
  return { name, cell: name, wanted, live: wanted, prepared: true, ...change };
}

type Pods = Readonly<Record<string, Partial<PodView>>>;

/** Pool a with three pods, a-0 being the primary and all of them in the cohort, unless told otherwise. */
function aView(
  pods: Pods,
  { primary = "a-0", out = [] as string[], ...change }: Partial<ShardView> & { primary?: string; out?: string[] } = {},
): ShardView {
  const names = Object.keys(pods);
  return {
    policy: "AT_LEAST_2",
    pools: [aPool("a", 3)],
    pods: names.map((name) => aPod(name, pods[name])),
    roles: { state: "read", primary: { podName: primary }, cohort: names.filter((name) => !out.includes(name)) },
    switchOvers: [],
    ...change,
  };
}

const three = (change: Partial<PodView> = {}): Pods => ({ "a-0": change, "a-1": change, "a-2": change });
const unknown = {
  state: "unknown",
  isPending: false,
  why: "multiadmin doesn't answer",
  since: secondsAgo(900),
} as const;
const noPrimary: Roles = { state: "read", primary: undefined, cohort: undefined };

/** The step in one line. */
function stepOf(view: ShardView): string {
  const step = nextStep(view, now);
  switch (step.do) {
    case "nothing":
      return "nothing";
    case "wait":
      return `wait${step.lookAgainAfterMs === undefined ? "" : ` ${step.lookAgainAfterMs / 1000} s`}: ${step.message}`;
    case "switch-over":
      return `switch over from ${step.pod.name}, ${step.attempts}`;
    case "replace":
    case "remove":
      return `${step.do} ${step.pod.name}`;
    default:
      return step satisfies never;
  }
}

describe("a rollout", () => {
  test.each<[string, ShardView, string]>([
    ["has nothing to do where all pods are as wanted", aView(three()), "nothing"],
    ["has nothing to do about a pod that is merely down", aView({ ...three(), "a-1": broken }), "nothing"],
    ["begins with the highest ordinal", aView(three(outdated)), "replace a-2"],
    ["spares the primary, wherever it is", aView(three(outdated), { primary: "a-2" }), "replace a-1"],
    [
      "waits for a pod that is going",
      aView({ ...three(outdated), "a-2": { leaving: true, ready: false } }),
      "wait: Pod a-2 is being deleted",
    ],
    [
      "waits for a pod that isn't there yet",
      aView({ "a-0": outdated, "a-1": outdated }),
      "wait: Pod a-2 doesn't exist",
    ],
    [
      "waits for a pod that starts",
      aView({ ...three(outdated), "a-2": { ...starting, trouble: "Pod a-2 isn't ready" } }),
      "wait: Pod a-2 isn't ready",
    ],
    [
      "waits for a pod to be in the cohort, not only ready",
      aView({ ...three(outdated), "a-2": {} }, { out: ["a-2"] }),
      "wait: Pod a-2 is ready, but doesn't follow the primary yet",
    ],
    ["goes on when it is in the cohort", aView({ ...three(outdated), "a-2": {} }), "replace a-1"],
    [
      "leaves the former primary alone until it follows the new one",
      aView({ ...three(), "a-0": outdated }, { primary: "a-1", out: ["a-0"] }),
      "wait: Pod a-0 is ready, but doesn't follow the primary yet",
    ],
    ["takes it when it follows", aView({ ...three(), "a-0": outdated }, { primary: "a-1" }), "replace a-0"],
    [
      "takes it, too, when it doesn't follow for too long",
      aView({ ...three(), "a-0": { ...outdated, ...lagging } }, { primary: "a-1", out: ["a-0"] }),
      "replace a-0",
    ],
    [
      "leaves a surplus pod alone until it follows, unless it lags",
      aView({ ...three() }, { pools: [aPool("a", 2, { live: 3 })], out: ["a-2"] }),
      "wait: Pod a-2 is ready, but doesn't follow the primary yet",
    ],
    [
      "takes a surplus pod that lags",
      aView({ ...three(), "a-2": lagging }, { pools: [aPool("a", 2, { live: 3 })], out: ["a-2"] }),
      "remove a-2",
    ],
    [
      "waits for one that it has nothing to do with",
      aView({ ...three(), "a-1": outdated, "a-2": broken }),
      "wait: Pod a-2 isn't ready",
    ],
    [
      "waits until the StatefulSet would make the new pod",
      aView(three(outdated), { pools: [aPool("a", 3, { prepared: false })] }),
      "wait: StatefulSet a hasn't observed its current spec yet",
    ],
    [
      "spans pools",
      aView({ ...three(), "b-0": outdated, "b-1": starting, "b-2": {} }, { pools: [aPool("a"), aPool("b")] }),
      "wait: Pod b-1 isn't ready",
    ],
    [
      "touches nothing where it may not",
      aView(three(outdated), { held: "The Shard isn't as written" }),
      "wait: The Shard isn't as written",
    ],
  ])("%s", (_, view, step) => {
    expect(stepOf(view)).toBe(step);
  });
});

describe("pods that don't run", () => {
  test.each<[string, ShardView, string]>([
    ["and are outdated go first", aView({ ...three(outdated), "a-1": { ...broken, ...outdated } }), "replace a-1"],
    ["of a bad image stop the rollout", aView({ ...three(outdated), "a-2": broken }), "wait: Pod a-2 isn't ready"],
    [
      "go at once when the fix comes, although the others wait",
      aView({ ...three(outdated), "a-2": { ...broken, ...outdated } }),
      "replace a-2",
    ],
    ["wait for nobody's readiness", aView({ ...three({ ...broken, ...outdated }), "a-2": starting }), "replace a-0"],
    [
      "still go one at a time",
      aView({ ...three({ ...broken, ...outdated }), "a-2": { leaving: true, ready: false } }),
      "wait: Pod a-2 is being deleted",
    ],
    [
      "but only start go before those that run",
      aView({ ...three(outdated), "a-1": { ...starting, ...outdated } }),
      "replace a-1",
    ],
    [
      "or aren't followers go before those that are",
      aView({ ...three(outdated), "a-1": { ...outdated, ...lagging } }, { out: ["a-1"] }),
      "replace a-1",
    ],
    [
      "or have just stopped to follow are waited for",
      aView(three(outdated), { out: ["a-1"] }),
      "wait: Pod a-1 is ready, but doesn't follow the primary yet",
    ],
    [
      "aren't waited for by each other",
      aView(
        { "a-0": outdated, "a-1": { ...outdated, ...lagging }, "a-2": { ...outdated, ...lagging } },
        { out: ["a-1", "a-2"] },
      ),
      "replace a-2",
    ],
    [
      "and are primary are switched over from",
      aView({ ...three(), "a-0": { ...broken, ...outdated } }),
      "switch over from a-0, 1",
    ],
    [
      "and start, and are primary, aren't waited for",
      aView({ ...three(outdated), "a-0": { ...starting, ...outdated } }),
      "switch over from a-0, 1",
    ],
  ])("%s", (_, view, step) => {
    expect(stepOf(view)).toBe(step);
  });
});

describe("the primary", () => {
  const last = (change: Partial<ShardView> = {}) => aView({ "a-0": outdated, "a-1": {}, "a-2": {} }, change);
  const failed = { state: "failed", message: "no route" } as const;
  const done = (seconds: number) => ({ state: "done", at: secondsAgo(seconds) }) as const;

  test.each<[string, ShardView, string]>([
    ["is switched over from when all others are updated", last(), "switch over from a-0, 1"],
    [
      "isn't, while another isn't in the cohort",
      aView({ "a-0": outdated, "a-1": {}, "a-2": {} }, { out: ["a-1"] }),
      "wait: Pod a-1 is ready, but doesn't follow the primary yet",
    ],
    ["is tried again when that failed", last({ switchOvers: [failed] }), "switch over from a-0, 2"],
    ["is given time to show that it changed", last({ switchOvers: [done(10)] }), "switch over from a-0, 1"],
    ["is tried again when nothing shows", last({ switchOvers: [done(61)] }), "switch over from a-0, 2"],
    ["is replaced all the same after three attempts", last({ switchOvers: [failed, failed, failed] }), "replace a-0"],
    [
      "is no longer one after the switch, and goes as any other",
      aView({ "a-0": outdated, "a-1": {}, "a-2": {} }, { primary: "a-1" }),
      "replace a-0",
    ],
    [
      "of a shard of one has nobody to hand over to",
      aView({ "a-0": outdated }, { pools: [aPool("a", 1)] }),
      "replace a-0",
    ],
  ])("%s", (_, view, step) => {
    expect(stepOf(view)).toBe(step);
  });
});

describe("where roles can't be read", () => {
  const fresh = (seconds: number): Pods => ({ ...three(outdated), "a-2": { readySince: secondsAgo(seconds) } });
  test.each<[string, ShardView, string]>([
    [
      "they are waited for at first",
      aView(three(outdated), { roles: unknown, noPrimarySince: secondsAgo(10) }),
      "wait 20 s: The primary isn't known: multiadmin doesn't answer",
    ],
    [
      "for as long as nobody knows since when",
      aView(three(outdated), { roles: unknown }),
      "wait 30 s: The primary isn't known: multiadmin doesn't answer",
    ],
    [
      "as long again by a process that hasn't tried for so long, as after a restart in between",
      aView(three(outdated), { roles: { ...unknown, since: secondsAgo(5) }, noPrimarySince: secondsAgo(900) }),
      "wait 25 s: The primary isn't known: multiadmin doesn't answer",
    ],
    [
      "pods go on after a while",
      aView(three(outdated), { roles: unknown, noPrimarySince: secondsAgo(31) }),
      "replace a-2",
    ],
    [
      "a pod must have been ready for a while",
      aView(fresh(10), { roles: unknown, noPrimarySince: secondsAgo(100) }),
      "wait 20 s: Pod a-2 has been ready for less than 30 s, and whether it is in the cohort can't be read",
    ],
    ["the next one goes then", aView(fresh(31), { roles: unknown, noPrimarySince: secondsAgo(100) }), "replace a-1"],
    [
      "the cohort alone being unknown is waited for likewise",
      aView(fresh(10), { roles: { state: "read", primary: { podName: "a-0" }, cohort: undefined } }),
      "wait 20 s: Pod a-2 has been ready for less than 30 s, and whether it is in the cohort can't be read",
    ],
    [
      "a reading that is under way is waited for, however long there was none",
      aView(three(outdated), { roles: { ...unknown, isPending: true }, noPrimarySince: secondsAgo(900) }),
      "wait: multiadmin doesn't answer",
    ],
    [
      "an election is waited for",
      aView(three(outdated), { roles: noPrimary, noPrimarySince: secondsAgo(10) }),
      "wait 50 s: The shard has no primary",
    ],
    [
      "a shard that never gets a primary may need the change",
      aView(three(outdated), { roles: noPrimary, noPrimarySince: secondsAgo(61) }),
      "replace a-2",
    ],
    [
      "pods that don't run go at once",
      aView({ ...three(outdated), "a-1": { ...broken, ...outdated } }, { roles: unknown }),
      "replace a-1",
    ],
  ])("%s", (_, view, step) => {
    expect(stepOf(view)).toBe(step);
  });
});

describe("the quorum", () => {
  const cells: Partial<ShardView> = {
    policy: "MULTI_CELL_AT_LEAST_2",
    pools: [aPool("a", 1), aPool("b", 1), aPool("c", 1)],
  };
  test.each<[string, ShardView, string]>([
    [
      "of a shard that can't spare a pod pauses rather than that it is never updated",
      aView({ "a-0": {}, "a-1": outdated }, { pools: [aPool("a", 2)] }),
      "replace a-1",
    ],
    [
      "of such a shard is waited for all the same",
      aView({ "a-0": starting, "a-1": outdated }, { pools: [aPool("a", 2)] }),
      "wait: Pod a-0 isn't ready",
    ],
    ["over cells counts cells", aView({ "a-0": {}, "b-0": outdated, "c-0": {} }, cells), "replace b-0"],
  ])("%s", (_, view, step) => {
    expect(stepOf(view)).toBe(step);
  });
});

describe("a scale-down", () => {
  const five: Pods = { ...three(), "a-3": {}, "a-4": {} };
  const to = (wanted: number, live = 5) => ({ pools: [aPool("a", wanted, { live })] });
  test.each<[string, ShardView, string]>([
    ["takes the highest ordinal", aView(five, to(2)), "remove a-4"],
    [
      "goes one at a time",
      aView({ ...five, "a-4": { leaving: true, ready: false } }, to(2)),
      "wait: Pod a-4 is being deleted",
    ],
    ["takes the next one when it is gone", aView({ ...three(), "a-3": {} }, to(2, 4)), "remove a-3"],
    ["ends", aView({ "a-0": {}, "a-1": {} }, to(2, 2)), "nothing"],
    ["switches over from the primary first", aView(five, { ...to(2), primary: "a-4" }), "switch over from a-4, 1"],
    ["never skips an ordinal", aView({ ...five, "a-3": broken }, to(2)), "remove a-4"],
    ["takes what doesn't run at once", aView({ ...five, "a-0": starting, "a-4": broken }, to(2)), "remove a-4"],
    ["waits for those that stay", aView({ ...five, "a-0": starting }, to(2)), "wait: Pod a-0 isn't ready"],
    ["doesn't wait for those that go", aView({ ...five, "a-2": starting }, to(2)), "remove a-4"],
    ["stops at the quorum", aView({ "a-0": {}, "a-1": {} }, to(1, 2)), "nothing"],
    ["goes as far as the quorum", aView(three(), to(0, 3)), "remove a-2"],
    ["comes before the rollout", aView({ ...five, "a-1": outdated, "a-4": outdated }, to(2)), "remove a-4"],
    ["after a fix of what stays", aView({ ...five, "a-1": { ...broken, ...outdated } }, to(2)), "replace a-1"],
    ["replaces no pod that goes", aView({ ...five, "a-3": { ...broken, ...outdated } }, to(2)), "remove a-4"],
  ])("%s", (_, view, step) => {
    expect(stepOf(view)).toBe(step);
  });

  const replicasOf = (view: ShardView) =>
    poolReplicas(view, nextStep(view, now), "now").map(({ replicas }) => replicas);

  test.each<[string, ShardView, number[]]>([
    ["lowers by the pod that is taken", aView(five, to(2)), [4]],
    ["keeps them while it waits", aView({ ...five, "a-0": starting }, to(2)), [5]],
    ["keeps them while the pod goes", aView({ ...five, "a-4": { leaving: true, ready: false } }, to(2, 4)), [4]],
    ["drops at once what nobody made yet, such as a person's kubectl scale", aView(three(), to(3, 100)), [3]],
    ["keeps what the quorum needs, also while a pod is away", aView({ "a-0": {} }, to(1, 2)), [2]],
    ["doesn't drop a pod that a held Shard no longer wants", aView(three(), { ...to(1, 3), held: "no" }), [3]],
    ["grows at once", aView(three(), to(5, 3)), [5]],
  ])("of replicas %s", (_, view, replicas) => {
    expect(replicasOf(view)).toEqual(replicas);
  });

  test("of a removed pool ends at none, if the others reach the quorum", () => {
    const pools = [aPool("a", 2), aPool("b", 0, { live: 1 })];
    const view = aView({ "a-0": {}, "a-1": {}, "b-0": {} }, { pools, primary: "b-0" });
    expect(stepOf(view)).toBe("switch over from b-0, 1");
    const after = aView({ "a-0": {}, "a-1": {}, "b-0": {} }, { pools });
    expect(stepOf(after)).toBe("remove b-0");
    expect(replicasOf(after)).toEqual([2, 0]);
  });

  test("of a cell that the policy needs keeps one pod there", () => {
    const pools = [aPool("a", 3), aPool("b", 0, { live: 2 })];
    const view = aView({ ...three(), "b-0": {}, "b-1": {} }, { pools, policy: "MULTI_CELL_AT_LEAST_2" });
    expect(stepOf(view)).toBe("remove b-1");
    expect(poolReplicas(view, { do: "nothing" }, "now")).toMatchObject([{ heldByQuorum: 0 }, { heldByQuorum: 1 }]);
  });

  test("grows later where a fresh backup comes first, but never before there is any pod", () => {
    expect(poolReplicas(aView(three(), to(5, 3)), { do: "nothing" }, "later")).toMatchObject([{ replicas: 3 }]);
    expect(poolReplicas(aView({}, to(5, 0)), { do: "nothing" }, "later")).toMatchObject([{ replicas: 5 }]);
  });
});
