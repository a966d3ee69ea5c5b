import { expect, test } from "vitest";
import { keptVolumesStall, mergeGrowthFailures } from "./kept-volumes.ts";

test("volumes that can't change wait for a person, who is told what differs and the way back", () => {
  const kept = [
    { statefulSet: "a", notApplied: "storage is 10Gi, wanted is 20Gi" },
    { statefulSet: "b", notApplied: "storageClassName is unset, wanted is fast" },
  ];
  expect(keptVolumesStall(kept)).toEqual({
    reason: "StorageNotApplied",
    message:
      "StatefulSet a keeps the volumes that it was made with: storage is 10Gi, wanted is 20Gi; " +
      "StatefulSet b keeps the volumes that it was made with: storageClassName is unset, wanted is fast; " +
      "existing volumes can't be changed yet, set dataVolumeClaimTemplate back",
  });
  expect(keptVolumesStall([])).toBeUndefined();
});

test("of volumes that have different sizes the larger one is told, whatever order they come in", () => {
  const children: Parameters<typeof mergeGrowthFailures>[0] = [
    { "replica/z1": "9Gi" },
    undefined,
    { "replica/z1": "10Gi", "replica/z2": "1Gi" },
  ];
  const merged = { "replica/z1": "10Gi", "replica/z2": "1Gi" };
  expect(mergeGrowthFailures(children)).toEqual(merged);
  expect(mergeGrowthFailures(children.toReversed())).toEqual(merged);
});
