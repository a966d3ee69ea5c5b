import type { V1Pod } from "@kubernetes/client-node";
import { annotations, type Shard } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import type { DataPlane } from "../data-plane/data-plane.ts";
import type { ObservedShard } from "../observe.ts";
import { reconcile } from "../reconcile.ts";
import { aPool, aShard, allOf, now, planned, poolName, readWith } from "../testing/builders.ts";
import type { BackupProgress } from "./fresh-backup.ts";

const shard = aShard({ pools: [aPool()] });
const name = poolName(shard, aPool());
const newer = { ...shard.spec.images, postgres: "pgctld:18" };

function plan(observed: ObservedShard) {
  return reconcile(observed, { now });
}

const tasksOf = (observed: ObservedShard) => (plan(observed).tasks ?? []).map(({ kind }) => kind.name);
const deletedPods = (observed: ObservedShard) =>
  plan(observed)
    .deletions.filter(({ kind }) => kind.kind === "Pod")
    .map((deletion) => [deletion.name, deletion.uid]);

/** The image was changed, and the StatefulSet has seen that; the given pods run it already. */
function changed(updated: readonly number[] = [], primary = 0, change: Partial<Shard["metadata"]> = {}): ObservedShard {
  const wanted = { ...aShard({ pools: [aPool()], images: newer }) };
  const [before, after] = [allOf(shard), allOf(wanted)];
  const pods = before.pods.map((pod, ordinal) => (updated.includes(ordinal) ? (after.pods[ordinal] as V1Pod) : pod));
  const observed = { ...after, shard: { ...wanted, metadata: { ...wanted.metadata, ...change } }, pods };
  return withDataPlane(observed, readWith(observed, `${name}-${primary}`));
}

function withDataPlane(observed: ObservedShard, dataPlane: DataPlane): ObservedShard {
  return { ...observed, reading: { ...observed.reading, dataPlane } };
}

describe("a changed pod spec", () => {
  test("deletes one pod, by its UID", () => {
    expect(deletedPods(changed())).toEqual([[`${name}-2`, `${name}-2-uid`]]);
    expect(deletedPods(changed([2]))).toEqual([[`${name}-1`, `${name}-1-uid`]]);
  });

  test("waits for the StatefulSet to have seen it", () => {
    const observed = changed();
    const statefulSets = observed.statefulSets.map((live) => ({
      ...live,
      metadata: { ...live.metadata, generation: 9 },
    }));
    expect(deletedPods({ ...observed, statefulSets })).toEqual([]);
    expect(deletedPods({ ...observed, statefulSets: allOf(shard).statefulSets })).toEqual([]);
  });

  test("asks for a switch-over before the primary's pod is deleted, one attempt after the other, and tells it", () => {
    const last = changed([1, 2]);
    expect(deletedPods(last)).toEqual([]);
    expect(tasksOf(last).filter((task) => task === "switch-over")).toHaveLength(1);
    expect(plan(last).events).toMatchObject([{ type: "Normal", reason: "SwitchingOver" }]);
    const failed = { state: "failed", message: "no route" } as const;
    expect(tasksOf({ ...last, switchOvers: [failed] }).filter((task) => task === "switch-over")).toHaveLength(2);
    expect(deletedPods({ ...last, switchOvers: [failed, failed, failed] })).toEqual([[`${name}-0`, `${name}-0-uid`]]);
  });

  test.each([
    ["is paused", { annotations: { [annotations.paused]: "true" } }],
    [
      "isn't as its TableGroup wrote it",
      {
        annotations: { [annotations.specHash]: "another" },
        ownerReferences: [{ apiVersion: "v1", kind: "TableGroup", name: "g", uid: "g", controller: true }],
      },
    ],
  ])("touches no pod of a Shard that %s", (_, metadata) => {
    expect(deletedPods(changed([], 0, metadata))).toEqual([]);
    expect(tasksOf(changed([1, 2], 0, metadata))).not.toContain("switch-over");
    const scaled = {
      ...allOf(shard),
      shard: { ...aShard({ pools: [aPool({ replicas: 2 })] }), metadata: { ...shard.metadata, ...metadata } },
    };
    const [statefulSet] = planned(plan(withDataPlane(scaled, readWith(scaled, `${name}-0`))), "StatefulSet");
    expect(statefulSet).toMatchObject({ spec: { replicas: 3 } });
  });
});

describe("the volume of a pod that doesn't follow", () => {
  const stuck = `${name}-2`;
  const since = new Date(now.getTime() - 90_000).toISOString();
  const completed: Partial<BackupProgress> = {
    started: { state: "done", output: { jobId: "7", at: now.toISOString() } },
    job: { state: "done", output: { state: "completed" } },
  };

  /** Pod 2 is ready and no follower, and its volume is to be replaced. */
  function lagging(
    backup: Partial<BackupProgress> = completed,
    value = "true",
    change: Partial<ObservedShard> = {},
  ): ObservedShard {
    const observed = {
      ...allOf(shard),
      claims: [
        {
          metadata: {
            namespace: "t1",
            name: `data-${stuck}`,
            uid: "v",
            annotations: { [annotations.replaceVolume]: value },
          },
        },
      ],
      backup: { occasion: { purpose: "replacement", text: "volumes v" } as const, ...backup },
      ...change,
    };
    const read = readWith(observed, `${name}-0`);
    return withDataPlane(observed, {
      ...read,
      followers: [`${name}-1`],
      lagging: [stuck],
      roles: new Map([[stuck, "NotFollowing"]]),
      ...("reading" in change ? { primary: undefined } : {}),
    });
  }
  const withSince = (observed: ObservedShard, role: "NotFollowing" | "Follower" = "NotFollowing"): ObservedShard => ({
    ...observed,
    shard: { ...observed.shard, status: { podRoles: [{ name: stuck, role, since }] } },
  });
  const deleted = (observed: ObservedShard) =>
    plan(observed).deletions.map(({ kind, name: of, uid }) => `${kind.kind} ${of} ${uid}`);

  test("is replaced with its pod after a fresh backup, if a person asks for it", () => {
    expect(deleted(withSince(lagging()))).toEqual([
      `PersistentVolumeClaim data-${stuck} v`,
      `Pod ${stuck} ${stuck}-uid`,
    ]);
  });

  test.each<[string, ObservedShard]>([
    ["nobody asks for it", withSince(lagging(completed, "false"))],
    ["it hasn't been so for long", lagging()],
    [
      "another pod isn't there",
      withSince(
        lagging(completed, "true", {
          pods: allOf(shard)
            .pods.filter((pod) => pod.metadata?.name !== `${name}-1`)
            .map((pod) =>
              pod.metadata?.name === `${name}-0`
                ? { ...pod, status: { ...pod.status, conditions: [{ type: "Ready", status: "False" }] } }
                : pod,
            ),
        }),
      ),
    ],
    ["the backup is being made", withSince(lagging({ started: completed.started }))],
    ["the backup failed", withSince(lagging({ started: { state: "failed", message: "no", since: new Date(0) } }))],
  ])("stays where %s", (_, observed) => {
    expect(deleted(observed)).toEqual([]);
  });

  test("isn't worth a backup where nobody asks for it", () => {
    expect(tasksOf(withSince(lagging({}, "false")))).not.toContain("start-fresh-backup");
    expect(tasksOf(withSince(lagging({})))).toContain("start-fresh-backup");
  });
});

describe("pods to be added", () => {
  const occasion = { purpose: "growth", text: "growing" } as const;
  const started = { state: "done", output: { jobId: "7", at: now.toISOString() } } as const;
  const grown = (backup: Partial<BackupProgress>, term = "3") => {
    const observed = {
      ...allOf(shard),
      shard: aShard({ pools: [aPool({ replicas: 5 })] }),
      backup: { occasion, ...backup },
    };
    return withDataPlane(observed, readWith(observed, `${name}-0`, { term }));
  };
  const outcome = (observed: ObservedShard) => {
    const [statefulSet] = planned(plan(observed), "StatefulSet");
    const { replicas } = (statefulSet as { spec?: { replicas?: number } }).spec ?? {};
    const asked = tasksOf(observed).filter((task) => task.includes("backup"));
    const told = plan(observed).events.map(({ reason }) => reason);
    return { replicas, asked, told };
  };
  const job = (state: "running" | "completed" | "failed" | "lost") => ({
    started,
    job: { state: "done", output: { state } } as const,
  });
  const old = { state: "done", output: { jobId: "7", at: new Date(now.getTime() - 600_000).toISOString() } } as const;

  test.each<[string, ObservedShard, ReturnType<typeof outcome>]>([
    ["come at once where there was no failover", grown({}, "1"), { replicas: 5, asked: [], told: [] }],
    ["wait for a fresh backup after a failover", grown({}), { replicas: 3, asked: ["start-fresh-backup"], told: [] }],
    [
      "wait while it is made",
      grown(job("running")),
      { replicas: 3, asked: ["start-fresh-backup", "backup-job"], told: [] },
    ],
    ["come when it is made", grown(job("completed")), { replicas: 5, asked: [], told: [] }],
    [
      "come all the same when it failed, which is told",
      grown(job("failed")),
      { replicas: 5, asked: [], told: ["NoFreshBackup"] },
    ],
    [
      "come all the same when it couldn't be started",
      grown({ started: { state: "failed", message: "no", since: new Date(0) } }),
      { replicas: 5, asked: [], told: ["NoFreshBackup"] },
    ],
    [
      "come all the same when it takes too long",
      grown({ started: old, job: job("running").job }),
      { replicas: 5, asked: [], told: ["NoFreshBackup"] },
    ],
    [
      "wait for a reading that is under way",
      withDataPlane(grown({}), { state: "unknown", isPending: true, why: "being read" }),
      { replicas: 3, asked: [], told: [] },
    ],
    [
      "come at once where multiadmin doesn't answer",
      withDataPlane(grown({}), { state: "unknown", isPending: false, why: "dead" }),
      { replicas: 5, asked: [], told: [] },
    ],
  ])("%s", (_, observed, expected) => {
    expect(outcome(observed)).toEqual(expected);
  });
});
