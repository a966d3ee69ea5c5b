import { describe, expect, it } from "vitest";
import { type Claim, volumeActionFor } from "./volumes.ts";

function aClaim(spec: Partial<Claim["spec"]> = {}, status?: Claim["status"]): Claim {
  return {
    metadata: { name: "data-0", namespace: "t1", uid: "u1" },
    spec: {
      storageClassName: "standard",
      accessModes: ["ReadWriteMany"],
      resources: { requests: { storage: "2Gi" } },
      ...spec,
    },
    status,
  };
}

describe("volumes of the test control plane", () => {
  it("gives a new claim a volume of its size and access mode, bound to it", () => {
    expect(volumeActionFor(aClaim())).toMatchObject({
      action: "provision",
      volume: {
        metadata: { name: "pvc-u1" },
        spec: {
          capacity: { storage: "2Gi" },
          accessModes: ["ReadWriteMany"],
          claimRef: { namespace: "t1", name: "data-0", uid: "u1" },
        },
      },
      binding: { spec: { volumeName: "pvc-u1" } },
    });
  });

  it("says that a claim with a volume is bound, and how big it is", () => {
    expect(volumeActionFor(aClaim({ volumeName: "pvc-u1" }, { phase: "Pending" }))).toEqual({
      action: "bound",
      status: { phase: "Bound", accessModes: ["ReadWriteMany"], capacity: { storage: "2Gi" } },
    });
  });

  it("grows a bound volume to what the claim asks for", () => {
    const bound = aClaim({ volumeName: "pvc-u1" }, { phase: "Bound", capacity: { storage: "1Gi" } });
    expect(volumeActionFor(bound)).toEqual({ action: "grow", volumeName: "pvc-u1", storage: "2Gi" });
  });

  it.each([
    ["a bound claim of its size", aClaim({ volumeName: "pvc-u1" }, { phase: "Bound", capacity: { storage: "2Gi" } })],
    [
      "a volume whose class can't grow",
      aClaim({ storageClassName: "fixed", volumeName: "pvc-u1" }, { phase: "Bound", capacity: { storage: "1Gi" } }),
    ],
    ["a claim of another class", aClaim({ storageClassName: "somebody-elses" })],
    ["a claim that is being deleted", { ...aClaim(), metadata: { ...aClaim().metadata, deletionTimestamp: "now" } }],
  ])("leaves %s alone", (_, claim) => {
    expect(volumeActionFor(claim)).toEqual({ action: "none" });
  });
});
