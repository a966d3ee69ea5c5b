import { expect, test } from "vitest";
import { appliedGeneration, isPaused, pausedByOwner, pausedConditions } from "./paused.ts";

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

test.each([
  ["true", true],
  [pausedByOwner, true],
  ["false", false],
  ["", false],
  [undefined, false],
])("the annotation %j means paused: %j", (value, paused) => {
  const annotations: Record<string, string> = value === undefined ? {} : { "multigres.com/paused": value };
  const object = { metadata: { generation: 1, annotations } };
  expect(isPaused(object)).toBe(paused);
  expect(pausedConditions(object)).toHaveLength(paused ? 1 : 0);
  expect(isPaused({ metadata: { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } })).toBe(false);
});
