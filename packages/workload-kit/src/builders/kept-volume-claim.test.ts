import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { VolumeClaimTemplate } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import { keptVolumeClaim, storageOf } from "./kept-volume-claim.ts";
import { volumeClaim } from "./volume-claim.ts";

const identity = { "multigres.com/cluster": "demo" };

/** As we render it. */
function aClaim(storage = "10Gi", template: VolumeClaimTemplate = {}): V1PersistentVolumeClaim {
  return volumeClaim("data", identity, { resources: { requests: { storage } }, ...template });
}

/** As the server stores it. */
function stored(claim: V1PersistentVolumeClaim): V1PersistentVolumeClaim {
  const copy = structuredClone(claim);
  if (copy.spec) copy.spec.volumeMode = "Filesystem";
  copy.status = { phase: "Pending" };
  return copy;
}

function relabelled(claim: V1PersistentVolumeClaim): V1PersistentVolumeClaim {
  const copy = structuredClone(claim);
  if (copy.metadata) copy.metadata.labels = { other: "label" };
  return copy;
}

describe("keptVolumeClaim", () => {
  test.each([
    ["on a new StatefulSet", undefined],
    ["on a StatefulSet that has it", stored(aClaim())],
    ["on a StatefulSet that spells it otherwise", stored(aClaim("10240Mi"))],
  ])("sets the wanted template %s", (_, live) => {
    expect(keptVolumeClaim(aClaim(), live)).toEqual({ template: aClaim(), applied: true });
  });

  test.each([
    ["another size", aClaim("20Gi")],
    ["another class", aClaim("10Gi", { storageClassName: "fast" })],
    ["other access modes", aClaim("10Gi", { accessModes: ["ReadWriteMany"] })],
    ["a limit", aClaim("10Gi", { resources: { requests: { storage: "10Gi" }, limits: { storage: "20Gi" } } })],
    ["other labels", relabelled(aClaim())],
  ])("keeps what is there, without the server's defaults, when the wanted one has %s", (_, wanted) => {
    expect(keptVolumeClaim(wanted, stored(aClaim()))).toEqual({ template: aClaim(), applied: false });
  });
});

test("storageOf reads the size as it is written", () => {
  expect(storageOf(aClaim("1024Mi"))).toBe("1024Mi");
  expect(storageOf({})).toBe("");
});
