import { expect, test } from "vitest";
import type { LiveObject } from "./bare-client.ts";
import { isAvailable, isReadyPod, isSettled, runs } from "./conditions.ts";

function anObject(conditions: Record<string, string>, observedGeneration = 2): LiveObject {
  return {
    metadata: { name: "a", uid: "u", generation: 2 },
    status: { observedGeneration, conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  };
}

test.each([
  [anObject({ Available: "True", Progressing: "True" }), true, false],
  [anObject({ Available: "True", Progressing: "False" }), true, true],
  [anObject({ Available: "False", Progressing: "False" }), false, false],
  [anObject({ Available: "True", Progressing: "False" }, 1), false, false],
  [{ metadata: { name: "new", uid: "u", generation: 1 } }, false, false],
])(
  "case %#: available and settled are told from the status of the present generation",
  (object, available, settled) => {
    expect(isAvailable(object)).toBe(available);
    expect(isSettled(object)).toBe(settled);
  },
);

test("a pod is ready when its condition says so, with or without a generation", () => {
  const pod = { metadata: { name: "p", uid: "u" }, status: { conditions: [{ type: "Ready", status: "True" }] } };
  expect(isReadyPod(pod)).toBe(true);
  expect(isReadyPod({ ...pod, status: {} })).toBe(false);
});

test.each([
  [{ observedGeneration: 2, readyReplicas: 3, updatedReplicas: 3 }, true],
  [{ observedGeneration: 1, readyReplicas: 3, updatedReplicas: 3 }, false],
  [{ observedGeneration: 2, readyReplicas: 2, updatedReplicas: 3 }, false],
  [{ observedGeneration: 2, readyReplicas: 3, updatedReplicas: 1 }, false],
  [{}, false],
])("a workload with status %j runs: %s", (status, expected) => {
  const workload = { metadata: { name: "w", uid: "u", generation: 2 }, spec: { replicas: 3 }, status };
  expect(runs(workload, 3)).toBe(expected);
  expect(runs(workload, 4)).toBe(false);
});
