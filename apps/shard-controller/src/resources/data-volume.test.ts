import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { VolumeClaimTemplate } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import { aPool, aShard } from "../testing/builders.ts";
import { dataVolume } from "./data-volume.ts";
import { dataVolumeClaim } from "./volumes.ts";

function wanted(template: VolumeClaimTemplate = {}): V1PersistentVolumeClaim {
  const dataVolumeClaimTemplate = {
    accessModes: ["ReadWriteOnce" as const],
    resources: { requests: { storage: "10Gi" } },
    ...template,
  };
  return dataVolumeClaim(aShard().spec, aPool({ dataVolumeClaimTemplate }));
}

/** As the server returns it: with its defaults. */
function live(template: VolumeClaimTemplate = {}): V1PersistentVolumeClaim {
  const claim = wanted(template);
  return { ...claim, spec: { ...claim.spec, volumeMode: "Filesystem" }, status: { phase: "Pending" } };
}

const storage = (size: string | number) => ({ resources: { requests: { storage: size } } });

describe("the volume template of a pool", () => {
  test("is the wanted one while there is no StatefulSet", () => {
    expect(dataVolume(wanted(), undefined)).toEqual({ claim: wanted() });
  });

  test("stays as rendered when the live one differs in the server's defaults only", () => {
    expect(dataVolume(wanted(), live())).toEqual({ claim: wanted() });
  });

  test.each<[string, VolumeClaimTemplate, VolumeClaimTemplate]>([
    ["the size", storage("1Gi"), storage("1024Mi")],
    ["the size, as a number", storage(1073741824), storage("1Gi")],
    [
      "the access modes",
      { accessModes: ["ReadWriteMany", "ReadWriteOnce"] },
      { accessModes: ["ReadWriteOnce", "ReadWriteMany"] },
    ],
  ])("is the same when only the spelling of %s differs", (_, want, have) => {
    expect(dataVolume(wanted(want), live(have)).notApplied).toBeUndefined();
  });

  test.each<[string, VolumeClaimTemplate, VolumeClaimTemplate, string]>([
    ["more storage", storage("20Gi"), {}, "storage is 10Gi, wanted is 20Gi"],
    ["a class", { storageClassName: "fast" }, {}, "storageClassName is unset, wanted is fast"],
    ["no class", {}, { storageClassName: "fast" }, "storageClassName is fast, wanted is unset"],
    [
      "another access mode",
      { accessModes: ["ReadWriteOncePod"] },
      {},
      "accessModes is ReadWriteOnce, wanted is ReadWriteOncePod",
    ],
    ["attributes", { volumeAttributesClassName: "gold" }, {}, "volumeAttributesClassName is unset, wanted is gold"],
    [
      "a limit",
      { resources: { requests: { storage: "10Gi" }, limits: { storage: "20Gi" } } },
      {},
      "limit of storage is unset, wanted is 20Gi",
    ],
    [
      "two things at once",
      { ...storage("20Gi"), storageClassName: "fast" },
      {},
      "storage is 10Gi, wanted is 20Gi, storageClassName is unset, wanted is fast",
    ],
  ])("stays the live one when %s is wanted, and says so", (_, want, have, notApplied) => {
    expect(dataVolume(wanted(want), live(have))).toMatchObject({ claim: live(have), notApplied });
  });

  test("tells the size that the volumes have when another one is wanted, and only then", () => {
    expect(dataVolume(wanted(storage("20Gi")), live()).storage).toBe("10Gi");
    expect(dataVolume(wanted({ storageClassName: "fast" }), live()).storage).toBeUndefined();
  });

  test("stays the live one, with nothing to say, when only its labels are of another version", () => {
    const older = { ...live(), metadata: { name: "data", labels: { app: "multigres" } } };
    expect(dataVolume(wanted(), older)).toEqual({ claim: older });
  });
});
