import type { Shard, TableGroup, TableGroupStatus } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import { findCondition } from "@multigres/status-kit";
import { describe, expect, test } from "vitest";
import { tableGroupController } from "./definition.ts";
import { tableGroupStatus } from "./status.ts";
import { aLiveShard, aPool, aTableGroup, conditionsOf, now } from "./testing/builders.ts";

function statusOf(tableGroup: TableGroup, shards: Shard[], failures: WriteFailure[] = []): TableGroupStatus {
  const wantedNames = Array.from({ length: tableGroup.spec.partitioning.shards }, (_, i) => `prod-db-default-${i}`);
  return tableGroupStatus({ tableGroup, wantedNames, shards, failures }, now);
}

function condition(status: TableGroupStatus, type: string) {
  const { status: value, reason, message } = findCondition(status.conditions, type) ?? {};
  return { status: value, reason, message };
}

function summary(status: TableGroupStatus): Record<string, string | undefined> {
  return Object.fromEntries((status.conditions ?? []).map(({ type, status: value }) => [type, value]));
}

/** As it stands after its first status, the one that never says Unknown. */
function seenBefore<T extends object>(object: T) {
  return { ...object, status: { conditions: [] } };
}

describe("the status of a TableGroup", () => {
  test("sums up healthy Shards", () => {
    const tableGroup = aTableGroup({ shards: 2 });
    const status = statusOf(tableGroup, [aLiveShard(tableGroup, 0), aLiveShard(tableGroup, 1)]);
    expect(status).toMatchObject({
      observedGeneration: 4,
      shards: 2,
      readyShards: 2,
      totalPods: 12,
      readyPods: 12,
      updatedPods: 12,
      servingWrites: "True",
    });
    expect(summary(status)).toEqual({ Available: "True", Progressing: "False", Ready: "True", Stalled: "False" });
    expect(condition(status, "Available").message).toBe("All shards are healthy");
    expect(status.conditions?.every(({ observedGeneration }) => observedGeneration === 4)).toBe(true);
  });

  test("of a new TableGroup says False before any Shard exists, and counts the pods that are wanted", () => {
    const status = statusOf(aTableGroup({ shards: 2 }), []);
    expect(status).toMatchObject({ shards: 2, readyShards: 0, totalPods: 12, readyPods: 0, servingWrites: "Unknown" });
    expect(summary(status)).toEqual({ Available: "False", Progressing: "True", Ready: "False", Stalled: "False" });
    expect(condition(status, "Available")).toEqual({
      status: "False",
      reason: "NotCreatedYet",
      message: "Shard prod-db-default-0 doesn't exist yet; Shard prod-db-default-1 doesn't exist yet",
    });
  });

  test("isn't vacuously good when only some Shards exist", () => {
    const tableGroup = aTableGroup({ shards: 2 });
    const status = statusOf(tableGroup, [aLiveShard(tableGroup, 0)]);
    expect(status).toMatchObject({ readyShards: 1, readyPods: 6, totalPods: 12, servingWrites: "Unknown" });
    expect(condition(status, "Available").status).toBe("False");
  });

  test("counts nothing of a Shard whose status speaks of an older spec", () => {
    const tableGroup = seenBefore(aTableGroup());
    const status = statusOf(tableGroup, [aLiveShard(tableGroup, 0, { generation: 3, observedGeneration: 2 })]);
    expect(status).toMatchObject({ readyShards: 0, readyPods: 0, updatedPods: 0, servingWrites: "Unknown" });
    expect(condition(status, "Available")).toMatchObject({ status: "Unknown", reason: "ChildrenNotObserved" });
    expect(condition(status, "Progressing")).toMatchObject({ status: "True", reason: "ChildrenNotObserved" });
  });

  test("ignores a surplus Shard, but isn't converged while it is there", () => {
    const tableGroup = aTableGroup();
    const status = statusOf(tableGroup, [aLiveShard(tableGroup, 0), aLiveShard(tableGroup, 1, { deleting: true })]);
    expect(status).toMatchObject({ shards: 1, readyShards: 1, totalPods: 6, readyPods: 6 });
    expect(condition(status, "Available").status).toBe("True");
    expect(condition(status, "Progressing")).toEqual({
      status: "True",
      reason: "Removing",
      message: "Shard prod-db-default-1 is no longer wanted",
    });
  });

  test("passes on what a Shard says, with its reason and its pods' names", () => {
    const tableGroup = aTableGroup();
    const trouble = {
      status: "True" as const,
      reason: "CrashLoopBackOff",
      message: "Pod p-0, container postgres: CrashLoopBackOff",
    };
    const live = aLiveShard(tableGroup, 0, {
      conditions: conditionsOf({}, trouble),
      status: { readyPods: 5, servingWrites: "Unknown" },
    });
    const status = statusOf(tableGroup, [live]);
    expect(status).toMatchObject({ readyShards: 1, readyPods: 5, totalPods: 6, servingWrites: "Unknown" });
    expect(summary(status)).toMatchObject({ Available: "True", Progressing: "True", Ready: "False" });
    expect(condition(status, "Progressing")).toEqual({
      status: "True",
      reason: "CrashLoopBackOff",
      message: "Shard prod-db-default-0: Pod p-0, container postgres: CrashLoopBackOff",
    });
  });

  test("is stalled when a Shard is", () => {
    const tableGroup = aTableGroup();
    const few = { reason: "QuorumUnreachable", message: "AT_LEAST_2 needs 2 pods" };
    const conditions = conditionsOf({ status: "False", ...few }, {}, { status: "True", ...few });
    const status = statusOf(tableGroup, [aLiveShard(tableGroup, 0, { conditions })]);
    expect(condition(status, "Stalled")).toEqual({
      status: "True",
      reason: "QuorumUnreachable",
      message: "Shard prod-db-default-0: AT_LEAST_2 needs 2 pods",
    });
    expect(condition(status, "Available")).toMatchObject({ status: "False", reason: "QuorumUnreachable" });
  });

  test.each([
    ["True", "True", "True"],
    ["True", "Unknown", "Unknown"],
    ["False", "Unknown", "False"],
  ] as const)("serves writes %s and %s: %s", (first, second, expected) => {
    const tableGroup = aTableGroup({ shards: 2 });
    const shards = [first, second].map((servingWrites, i) => aLiveShard(tableGroup, i, { status: { servingWrites } }));
    expect(statusOf(tableGroup, shards).servingWrites).toBe(expected);
  });

  test("passes on which pools' volumes couldn't grow, and forgets it when they have", () => {
    const tableGroup = aTableGroup();
    const storageGrowthFailures = { "replica/z1": "10Gi" };
    const held = statusOf(tableGroup, [aLiveShard(tableGroup, 0, { status: { storageGrowthFailures } })]);
    expect(held.storageGrowthFailures).toEqual(storageGrowthFailures);
    expect(statusOf(tableGroup, [aLiveShard(tableGroup, 0)])).not.toHaveProperty("storageGrowthFailures");
  });

  test("counts no pods when every pool has replicas: 0", () => {
    const tableGroup = aTableGroup({ shardTemplate: { pools: [aPool({ replicas: 0 })] } });
    expect(statusOf(tableGroup, []).totalPods).toBe(0);
  });

  test("names a Shard that is somebody else's", () => {
    const taken: WriteFailure = {
      ref: { kind: "Shard", namespace: "t1", name: "prod-db-default-0" },
      reason: "NameConflict",
      message: "Shard t1/prod-db-default-0 already exists",
    };
    const status = statusOf(aTableGroup(), [], [taken]);
    expect(condition(status, "NameConflict")).toMatchObject({ status: "True", message: taken.message });
    expect(condition(status, "Stalled")).toMatchObject({ status: "True", reason: "NameConflict" });
  });

  test("keeps lastTransitionTime while a condition's status stays", () => {
    const tableGroup = aTableGroup();
    const conditions = [{ type: "Available", status: "True" as const, lastTransitionTime: "2026-11-19T00:00:00Z" }];
    const status = statusOf({ ...tableGroup, status: { conditions } }, [aLiveShard(tableGroup)]);
    expect(findCondition(status.conditions, "Available")?.lastTransitionTime).toBe("2026-11-19T00:00:00Z");
    expect(findCondition(status.conditions, "Ready")?.lastTransitionTime).toBe("2026-11-20T10:00:00Z");
  });
});

test("a TableGroup that can't be read says what is wrong and claims nothing", () => {
  const object = seenBefore({ ...aTableGroup(), status: { readyPods: 6 } });
  const status = tableGroupController.malformed(object, "spec.partitioning: missing", { now, settings: {} });
  expect(status.readyPods).toBeUndefined();
  expect(summary(status)).toEqual({ Available: "Unknown", Progressing: "True", Ready: "Unknown", Stalled: "True" });
  expect(condition(status, "Stalled")).toEqual({
    status: "True",
    reason: "InvalidObject",
    message: "spec.partitioning: missing",
  });
});
