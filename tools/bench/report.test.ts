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

test("what is asked of the data plane and the topology stands beside the requests to the API server", () => {
  const text = renderReport({
    machine,
    topology: { "2": { keys: 14, writes: 6, puts: 14, mostPuts: 1, requests: 11 } },
    databases: {
      clusters: 2,
      databases: 3,
      pods: 54,
      seconds: 60,
      requests: 1,
      watches: 4,
      leaseRequests: 40,
      seen: { "cell-controller list pods": 1 },
      perClusterMinute: { requests: 0.5, lists: 2.604, statuses: 7.8, others: 0, topologyRequests: 5 },
    },
  });
  expect(text).toMatch(/\| +2 \| +14 \| +6 \| +3 \| +14 \| +1 \| +1 \| +11 \| +5.5 \|/);
  expect(text).toMatch(/\| +2 \| +6 \| +54 \| +60 \| +1 \| +4 \| +40 \|/);
  expect(text).toMatch(/\| +0.5 \| +2.6 \| +7.8 \| +0 \| +5 \|/);
  expect(text).toContain("cell-controller list pods");
});
