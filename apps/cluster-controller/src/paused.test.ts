import { expect, test } from "vitest";
import { appliedGeneration } from "./paused.ts";

const cluster = (paused: boolean, observedGeneration?: number) => ({
  metadata: {
    name: "demo",
    namespace: "t1",
    generation: 3,
    annotations: (paused ? { "multigres.com/paused": "true" } : {}) as Record<string, string>,
  },
  ...(observedGeneration === undefined ? {} : { status: { observedGeneration } }),
});

test.each([
  ["not paused", cluster(false, 2), 3],
  ["paused after generation 2 was applied", cluster(true, 2), 2],
  ["paused before anything was applied", cluster(true, -1), 3],
  ["paused, and without any status", cluster(true), 3],
])("%s", (_, given, applied) => {
  expect(appliedGeneration(given)).toBe(applied);
});
