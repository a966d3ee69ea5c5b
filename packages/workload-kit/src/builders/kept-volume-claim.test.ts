import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { VolumeClaimTemplate } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import { keptVolumeClaim } from "./kept-volume-claim.ts";
import { volumeClaim } from "./volume-claim.ts";

/** As we render it. */
function wanted(template: VolumeClaimTemplate = {}): V1PersistentVolumeClaim {
  const identity = { "multigres.com/cluster": "demo" };
  return volumeClaim("data", identity, { resources: { requests: { storage: "10Gi" } }, ...template });
}

/** As the server returns it: with its defaults. */
function live(template: VolumeClaimTemplate = {}): V1PersistentVolumeClaim {
  const claim = wanted(template);
  return { ...claim, spec: { ...claim.spec, volumeMode: "Filesystem" }, status: { phase: "Pending" } };
}

const storage = (size: string | number) => ({ resources: { requests: { storage: size } } });

describe("the volume template of a StatefulSet", () => {
  test("is the wanted one while there is no StatefulSet", () => {
    expect(keptVolumeClaim(wanted(), undefined)).toEqual({ template: wanted() });
  });

  test("stays as rendered when the live one differs in the server's defaults only", () => {
    expect(keptVolumeClaim(wanted(), live())).toEqual({ template: wanted() });
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
    expect(keptVolumeClaim(wanted(want), live(have)).notApplied).toBeUndefined();
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
  ])(
    "stays the live one, without the server's defaults, when %s is wanted, and says so",
    (_, want, have, notApplied) => {
      expect(keptVolumeClaim(wanted(want), live(have))).toMatchObject({ template: wanted(have), notApplied });
      expect(keptVolumeClaim(wanted(want), live(have)).template).toEqual(wanted(have));
    },
  );

  test("stays the live one, with nothing to say, when only its labels are of another version", () => {
    const metadata = { name: "data", labels: { app: "multigres" } };
    expect(keptVolumeClaim(wanted(), { ...live(), metadata })).toEqual({ template: { ...wanted(), metadata } });
  });
});
