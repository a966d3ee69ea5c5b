import { describe, expect, test } from "vitest";
import { labelsOf, podName, Story, shardName, verdictOn } from "../../testing/stories.ts";
import { labelNames } from "../facts.ts";
import { foreignUntouched } from "./foreign-untouched.ts";
import { nothingForbidden } from "./nothing-forbidden.ts";
import { pausedStays } from "./paused-stays.ts";
import { volumesStay } from "./volumes-stay.ts";
import { wantedStays } from "./wanted-stays.ts";
import { writesBounded } from "./writes-bounded.ts";

const claim = { kind: "PersistentVolumeClaim", name: "data-0" };
const managed = { [labelNames.managedBy]: "multigres-operator", [labelNames.cluster]: "c0" };
const aCell = {
  kind: "Cell",
  name: "c0-z1",
  labels: { ...managed, [labelNames.component]: "cell", [labelNames.cell]: "z1" },
};
const deletedCell = { verb: "delete", resource: "cells", name: "c0-z1" };
const collector = "system:serviceaccount:kube-system:generic-garbage-collector";

describe("no PVC is deleted", () => {
  test("finds one that is asked to go, by whomever", () => {
    const story = new Story().requested(5, {
      user: collector,
      verb: "delete",
      resource: "persistentvolumeclaims",
      name: "data-0",
    });
    expect(verdictOn(story, volumesStay).violations).toHaveLength(1);
  });

  test("finds one that is gone without a word", () => {
    expect(verdictOn(new Story().object(1, claim).object(5, claim, "gone"), volumesStay).violations).toHaveLength(1);
  });

  test("is content while it stays", () => {
    expect(verdictOn(new Story().object(1, claim).object(5, claim), volumesStay)).toEqual({
      judged: 2,
      violations: [],
    });
  });
});

describe("nothing is deleted that the spec wants", () => {
  test("finds a wanted Cell that the operator deletes", () => {
    const story = new Story().object(1, aCell).requested(100, deletedCell);
    expect(verdictOn(story, wantedStays).violations).toHaveLength(1);
  });

  test("finds wanted pods that the garbage collector deletes", () => {
    const story = new Story().requested(100, { user: collector, verb: "delete", resource: "pods", name: podName(0) });
    expect(verdictOn(story, wantedStays).violations).toHaveLength(1);
  });

  test("finds a StatefulSet that isn't made again", () => {
    const story = new Story().requested(100, { verb: "delete", resource: "statefulsets", name: labelsOf.poolName });
    expect(verdictOn(story, wantedStays).violations).toHaveLength(1);
  });

  test("knows that a StatefulSet is replaced where its volumes grow", () => {
    const story = new Story().requested(100, { verb: "delete", resource: "statefulsets", name: labelsOf.poolName });
    story.object(101, {
      kind: "StatefulSet",
      name: labelsOf.poolName,
      labels: labelsOf.pool,
      createdAt: 101_000,
      uid: "second",
    });
    expect(verdictOn(story, wantedStays)).toEqual({ judged: 1, violations: [] });
  });

  test("lets go what was taken out of the spec a moment ago", () => {
    const story = new Story().object(1, aCell).edited(90, ({ spec }) => {
      spec.cells = spec.cells.filter(({ name }) => name !== "z1");
    });
    expect(verdictOn(story.requested(100, deletedCell), wantedStays)).toEqual({ judged: 1, violations: [] });
  });

  test.each([
    ["a pod's Service that is wanted", podName(2), 1],
    ["a pod's Service beyond the replicas", podName(3), 0],
    ["the headless Service", labelsOf.poolName, 1],
  ])("tells %s", (_, name, violations) => {
    const story = new Story().object(1, { kind: "Service", name, labels: labelsOf.pool });
    story.requested(100, { verb: "delete", resource: "services", name });
    expect(verdictOn(story, wantedStays).violations).toHaveLength(violations);
  });
});

describe("nothing of others is written", () => {
  test.each([
    ["a bystander", { verb: "patch", resource: "services", name: "bystander-1" }],
    ["a template", { verb: "patch", resource: "shardtemplates", name: "shared" }],
    ["the spec of a cluster", { verb: "patch", resource: "multigresclusters", name: "c0" }],
    ["what has no label of the operator", { verb: "delete", resource: "persistentvolumeclaims", name: "data-0" }],
  ])("finds a write of %s", (_, request) => {
    const story = new Story().object(1, claim).requested(5, request);
    expect(verdictOn(story, foreignUntouched).violations).toHaveLength(1);
  });

  test.each([
    ["the status of a cluster", { verb: "patch", resource: "multigresclusters", subresource: "status", name: "c0" }],
    ["its own objects", { verb: "update", resource: "cells", name: "c0-z1" }],
  ])("lets the operator write %s", (_, request) => {
    const story = new Story().object(1, aCell).requested(5, request);
    expect(verdictOn(story, foreignUntouched)).toEqual({ judged: 1, violations: [] });
  });
});

describe("a paused cluster isn't changed", () => {
  const written = { verb: "patch", resource: "statefulsets", name: labelsOf.poolName };
  const byOwner = {
    user: "system:serviceaccount:multigres-system:tablegroup-controller",
    verb: "update",
    resource: "shards",
    name: shardName,
  };
  const paused = () => new Story().shard(1, false).paused(10).shard(11, true);

  test.each([
    ["by a controller that was told long ago", paused().requested(60, written)],
    ["also where something was held long after the pause began", paused().held(50, 59).requested(60, written)],
    ["because nobody told the controller", new Story().shard(1, false).paused(10).requested(120, written)],
    ["that changes a child's spec", paused().requested(120, byOwner).shard(120.1, true, 2)],
    ["that deletes a child", paused().requested(120, { ...byOwner, verb: "delete" })],
  ])("finds a write %s", (_, story) => {
    expect(verdictOn(story, pausedStays).violations).toHaveLength(1);
  });

  test.each([
    ["before it is known everywhere", paused().requested(12, written)],
    ["of a status", paused().requested(60, { ...written, subresource: "status" })],
    [
      "after it went on",
      paused()
        .edited(50, () => {})
        .requested(60, written),
    ],
    ["that a held server may have kept", paused().held(12, 59).requested(60, written)],
    ["before its owner handed the pause down", new Story().shard(1, false).paused(10).requested(60, written)],
    [
      "that hands the pause down, however late",
      new Story().shard(1, false).paused(10).requested(120, byOwner).shard(120.1, true),
    ],
  ])("lets the operator write %s", (_, story) => {
    expect(verdictOn(story, pausedStays).violations).toEqual([]);
  });
});

describe("bounded writes", () => {
  const writes = (count: number, everySeconds: number, subresource = "") => {
    const story = new Story();
    for (let index = 0; index < count; index++) {
      story.requested(10 + index * everySeconds, { verb: "patch", resource: "cells", subresource, name: "c0-z1" });
    }
    return verdictOn(story, writesBounded()).violations.length;
  };

  test("finds an object that is written again and again", () => {
    expect(writes(21, 1)).toBe(1);
    expect(writes(41, 1, "status")).toBe(1);
  });

  test("is content with as many over a longer time", () => {
    expect(writes(100, 4)).toBe(0);
    expect(writes(40, 1, "status")).toBe(0);
  });
});

test("a forbidden request is found, and a missing object isn't one", () => {
  const story = new Story()
    .requested(5, { verb: "get", resource: "secrets", name: "s", code: 403 })
    .requested(6, { verb: "get", resource: "services", name: "s", code: 404 });
  expect(verdictOn(story, nothingForbidden)).toMatchObject({ judged: 2, violations: [{ at: 5_000 }] });
});
