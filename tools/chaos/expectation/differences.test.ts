import { describe, expect, test } from "vitest";
import { nextEdit } from "../edits/next-edit.ts";
import { type Fleet, firstFleet } from "../fleet.ts";
import { Random } from "../random.ts";
import { type LiveDraft, liveOf } from "../testing/live-objects.ts";
import { differences } from "./differences.ts";

const fleet = firstFleet(2);

function find(live: readonly LiveDraft[], kind: string, name: string | RegExp): LiveDraft {
  const found = live.find(({ kind: of, metadata }) => of === kind && new RegExp(name).test(metadata.name));
  if (found === undefined) throw new RangeError(`there is no ${kind} ${name}`);
  return found;
}

test("there are none while everything is as it is wanted", () => {
  expect(differences(fleet, liveOf(fleet))).toEqual([]);
});

test("there are some after each edit that the operator didn't follow", () => {
  const random = new Random(1);
  let edited: Fleet = fleet;
  const metadataOnly = new Set(["labels and annotations", "labels of pods", "pause"]);
  for (let count = 0; count < 100; count++) {
    const next = nextEdit(edited, random);
    if (!metadataOnly.has(next.kind)) expect(differences(next.fleet, liveOf(edited)), next.what).not.toEqual([]);
    edited = next.fleet;
  }
  expect(differences(edited, liveOf(edited))).toEqual([]);
});

describe("it is found when", () => {
  test.each<[what: string, change: (live: LiveDraft[]) => void, difference: RegExp]>([
    [
      "a cluster isn't there",
      (live) => live.splice(live.indexOf(find(live, "MultigresCluster", "c0")), 1),
      /c0: isn't there/,
    ],
    [
      "a cluster isn't Available",
      (live) => Object.assign(find(live, "MultigresCluster", "c0"), { status: { observedGeneration: 1 } }),
      /c0: isn't Available/,
    ],
    [
      "somebody changed its spec",
      (live) => Object.assign(find(live, "MultigresCluster", "c0").spec ?? {}, { cells: [] }),
      /its spec isn't what was applied/,
    ],
    [
      "its generation isn't observed",
      (live) => Object.assign(find(live, "MultigresCluster", "c0").metadata, { generation: 2 }),
      /its generation isn't observed/,
    ],
    ["a pod isn't ready", (live) => Object.assign(find(live, "Pod", "gateway"), { status: {} }), /isn't ready/],
    [
      "a pod is missing",
      (live) => live.splice(live.indexOf(find(live, "Pod", "c0-app")), 1),
      /1 of 2 pods of replica of app/,
    ],
    [
      "a pod runs another image",
      (live) => Object.assign(find(live, "Pod", "c0-app").spec?.containers?.[0] ?? {}, { image: "old" }),
      /doesn't run pgctld:1/,
    ],
    [
      "a pod has other resources",
      (live) => Object.assign(find(live, "Pod", "c0-app").spec?.containers?.[0] ?? {}, { resources: {} }),
      /asks for undefined of CPU, not 100m/,
    ],
    [
      "a volume has another size",
      (live) => Object.assign(find(live, "PersistentVolumeClaim", "c0-app"), { status: {} }),
      /has undefined, not 1Gi/,
    ],
    [
      "a volume is missing",
      (live) => live.splice(live.indexOf(find(live, "PersistentVolumeClaim", "c0-app")), 1),
      /no data volume/,
    ],
    [
      "something is left of a removed cell",
      (live) => Object.assign(find(live, "Cell", "c0-z1").metadata.labels ?? {}, { "multigres.com/cell": "z9" }),
      /Cell c0-z1 isn't wanted/,
    ],
    [
      "something is left of a removed cluster",
      (live) => Object.assign(find(live, "Cell", "c0-z1").metadata.labels ?? {}, { "multigres.com/cluster": "c9" }),
      /Cell c0-z1 belongs to no cluster/,
    ],
    [
      "something is being deleted",
      (live) => Object.assign(find(live, "Shard", "c0-app").metadata, { deletionTimestamp: "now" }),
      /Shard c0-app-0 is being deleted/,
    ],
  ])("%s", (_, change, difference) => {
    const live = liveOf(fleet);
    change(live);
    expect(differences(fleet, live).join("\n")).toMatch(difference);
  });
});
