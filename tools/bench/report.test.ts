import { expect, test } from "vitest";
import { renderReport } from "./report.ts";
import type { Results } from "./results.ts";

const machine = { platform: "linux x64", cpu: "Some CPU", cores: 2, memoryGiB: 8, node: "v24", kubernetes: "1.36" };

test("only what was measured is shown", () => {
  const text = renderReport({ machine });
  expect(text).toContain("2 × Some CPU");
  expect(text.match(/^## .+$/gm)).toEqual(["## targets"]);
});

test("figures are rounded, missing ones are dashes, and a missed target is plain to see", () => {
  const window = { seconds: 120, writes: 1, reads: 4, readsPerCluster: 4 / 3, leaseRequests: 5, requests: {} };
  const results: Results = {
    machine,
    rest: {
      "2": {
        clusters: 3,
        converged: { ...window, requests: { "cell-controller patch cells/status": 1 } },
        restarted: { ...window, readsOfStart: 30 },
        edits: { "cell-controller": 1.23456, "topo-controller": undefined },
      },
    },
    memory: {
      idle: { "cell-controller": 30.04 },
      withClusters: { "2": { "cell-controller": 40 } },
      peak: {},
      peakResident: {},
    },
  };
  const text = renderReport(results);
  expect(text).toMatch(/\| +2 \| converged +\| +120 \| +1 \| +4 \| +1.33 \|/);
  expect(text).toMatch(/\| +2 \| +1.23 \| - +\|/);
  expect(text).toContain("cell-controller patch cells/status");
  expect(text).toMatch(/cell-controller \| +30 \| +40 \|/);
  expect(text).toMatch(/memory: idle.+\| yes \|/);
  expect(text).toMatch(/rest: writes at 2 +\| +- \| +0 \| NO +\|/);
});
