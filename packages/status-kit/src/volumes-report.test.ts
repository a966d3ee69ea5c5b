import { expect, test } from "vitest";
import { volumesReport } from "./volumes-report.ts";

const growth = {
  target: "20Gi",
  actual: "10Gi",
  pending: 1,
  refusals: [],
  replaceStatefulSet: false,
  resize: [{ metadata: { name: "data-a-0" } }],
};
const volumes = [
  { key: "a", of: "StatefulSet a", field: "dataVolumeClaimTemplate", growth },
  { key: "b", of: "StatefulSet b", field: "dataVolumeClaimTemplate", growth: { ...growth, pending: 0, resize: [] } },
];
const failure = (kind: string, name: string, reason: "Forbidden" | "Unavailable" = "Forbidden") => ({
  ref: { kind, name },
  reason,
  message: `${kind} ${name}: no`,
});

test("volumes that grow are told, and nobody has to act", () => {
  expect(volumesReport(volumes, [])).toEqual({
    messages: ["1 volumes of StatefulSet a are growing from 10Gi to 20Gi"],
    stall: undefined,
    status: {},
    failures: [],
  });
});

test("a refusal to grow is told as such, with the size to go back to, and isn't a failed write besides", () => {
  const others = [failure("Service", "data-a-0"), failure("PersistentVolumeClaim", "data-a-1")];
  const report = volumesReport(volumes, [failure("PersistentVolumeClaim", "data-a-0"), ...others]);
  expect(report).toMatchObject({
    messages: ["Volumes of StatefulSet a can't grow from 10Gi to 20Gi: PersistentVolumeClaim data-a-0: no"],
    stall: { reason: "StorageNotApplied", message: expect.stringContaining("back to 10Gi") },
    status: { storageGrowthFailures: { a: "10Gi" } },
  });
  expect(report.failures).toEqual(others);
});

test("a resize that is tried again stays a failed write", () => {
  const failures = [failure("PersistentVolumeClaim", "data-a-0", "Unavailable")];
  expect(volumesReport(volumes, failures)).toMatchObject({ stall: undefined, status: {}, failures });
});
