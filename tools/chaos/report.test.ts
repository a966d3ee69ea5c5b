import { expect, test } from "vitest";
import { type ChaosResults, isSound, renderReport } from "./report.ts";

const sound: ChaosResults = {
  machine: { platform: "linux", cpu: "c", cores: 2, memoryGiB: 4, node: "v24", kubernetes: "1.36" },
  seed: 7,
  minutes: 2,
  clusters: 2,
  startSeconds: 10,
  recoverySeconds: 20,
  actions: {
    edit: 1,
    "pod kill": 2,
    "controller kill": 3,
    "controller pause": 4,
    "etcd pause": 5,
    "topology pause": 6,
    "API server pause": 7,
  },
  edits: { gateways: 1 },
  refusedEdits: [],
  controllerEnds: { killed: 3 },
  refusals: { 409: 1 },
  facts: 100,
  invariants: [{ invariant: "no PVC is deleted", judged: 10, broken: 0 }],
  violations: [],
  volumes: { seen: 4, lost: [] },
  differences: [],
  changedBystanders: [],
  quiet: true,
};

test("a sound run is told with its seed and its figures", () => {
  const report = renderReport(sound);
  expect(isSound(sound)).toBe(true);
  expect(report).toContain("seed 7");
  expect(report).toMatch(/\| no PVC is deleted +\| +10 \| +0 \|/);
  expect(report).toMatch(/\| recovery of all clusters, s +\| +20 \|/);
  expect(report).toMatch(/no invariant was broken$/);
});

const violation = { invariant: "no PVC is deleted", at: 0, why: "gone", evidence: '{"verb":"delete"}' };

test.each<[what: string, change: Partial<ChaosResults>, told: string]>([
  ["a broken invariant", { violations: [violation] }, "1970-01-01T00:00:00.000Z broken: no PVC is deleted: gone"],
  ["its evidence", { violations: [violation] }, '{"verb":"delete"}'],
  ["a lost volume", { volumes: { seen: 4, lost: ["chaos-a/data-0"] } }, "lost: PVC chaos-a/data-0"],
  ["a difference", { differences: ["c0 isn't there"] }, "not as wanted: c0 isn't there"],
  ["clusters that recovered too late", { recoverySeconds: undefined }, "not as wanted in time"],
  ["a changed bystander", { changedBystanders: ["x"] }, "changed: x"],
  ["a crashed controller", { controllerEnds: { crashed: 1 } }, "controllers crashed: 1 times"],
  ["an operator without rest", { quiet: false }, "the operator doesn't come to rest"],
])("%s makes a run unsound and is told", (_, change, told) => {
  expect(isSound({ ...sound, ...change })).toBe(false);
  expect(renderReport({ ...sound, ...change })).toContain(told);
});
