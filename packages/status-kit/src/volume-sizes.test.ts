import { describe, expect, test } from "vitest";
import { growthFailure, mergeGrowthFailures, volumeMessages, type VolumeSizes, volumesStall } from "./volume-sizes.ts";

function sizes(change: Partial<VolumeSizes> = {}): VolumeSizes {
  return {
    of: "StatefulSet a",
    field: "dataVolumeClaimTemplate",
    target: "20Gi",
    actual: "20Gi",
    pending: 0,
    refusals: [],
    ...change,
  };
}

const kept = sizes({ notApplied: "storage is 20Gi, wanted is 10Gi" });
const growing = sizes({ actual: "10Gi", pending: 2 });
const refused = sizes({ actual: "10Gi", pending: 2, refusals: ["PersistentVolumeClaim p: forbidden"] });

describe("volumes", () => {
  test.each<[string, VolumeSizes, string[], string | undefined, string | undefined]>([
    ["as wanted have nothing to say", sizes(), [], undefined, undefined],
    [
      "that grow wait for nobody",
      growing,
      ["2 volumes of StatefulSet a are growing from 10Gi to 20Gi"],
      undefined,
      undefined,
    ],
    [
      "that have been asked have their StatefulSet made again",
      sizes({ replacing: true }),
      ["StatefulSet a is being made again with volumes of 20Gi; its pods stay"],
      undefined,
      undefined,
    ],
    [
      "that can't shrink stay, and tell the way back",
      kept,
      ["StatefulSet a keeps the volumes that it was made with: storage is 20Gi, wanted is 10Gi"],
      "StatefulSet a keeps the volumes that it was made with: storage is 20Gi, wanted is 10Gi; existing volumes stay as they are, set dataVolumeClaimTemplate back",
      "20Gi",
    ],
    [
      "of another class stay, but their size is no trouble",
      sizes({ notApplied: "storageClassName is unset, wanted is fast" }),
      ["StatefulSet a keeps the volumes that it was made with: storageClassName is unset, wanted is fast"],
      "StatefulSet a keeps the volumes that it was made with: storageClassName is unset, wanted is fast; existing volumes stay as they are, set dataVolumeClaimTemplate back",
      undefined,
    ],
    [
      "that can't grow say who refused, and the ways out",
      refused,
      ["Volumes of StatefulSet a can't grow from 10Gi to 20Gi: PersistentVolumeClaim p: forbidden"],
      "Volumes of StatefulSet a can't grow from 10Gi to 20Gi: PersistentVolumeClaim p: forbidden; set the storage in dataVolumeClaimTemplate back to 10Gi, or let their StorageClass allow volume expansion",
      "10Gi",
    ],
  ])("%s", (_, given, messages, stall, failure) => {
    expect(volumeMessages(given)).toEqual(messages);
    expect(volumesStall([sizes(), given])).toEqual(stall && { reason: "StorageNotApplied", message: stall });
    expect(growthFailure(given)).toBe(failure);
  });
});

test("of volumes that have different sizes the larger one is told, whatever order they come in", () => {
  const children: Parameters<typeof mergeGrowthFailures>[0] = [
    { "replica/z1": "9Gi" },
    undefined,
    { "replica/z1": "10Gi", "replica/z2": "1Gi" },
  ];
  const merged = { "replica/z1": "10Gi", "replica/z2": "1Gi" };
  const told = { storageGrowthFailures: merged };
  expect(mergeGrowthFailures(children)).toEqual(told);
  expect(mergeGrowthFailures(children.toReversed())).toEqual(told);
  expect(mergeGrowthFailures([undefined, {}])).toEqual({});
});
