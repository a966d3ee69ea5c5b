import { expect, it } from "vitest";
import { statusText } from "./status-text.ts";

it("prints a status in the spec's order, whatever the server's is", () => {
  const text = statusText({
    readyInstances: 2,
    cells: { z1: { gatewayAvailable: "True", topoServerAvailable: "True" } },
    conditions: [
      {
        lastTransitionTime: "2026-11-20T10:00:00Z",
        message: "all: fine",
        reason: "R",
        status: "True",
        type: "Available",
      },
    ],
    observedGeneration: 1,
  });
  expect(text).toBe(`observedGeneration: 1
conditions:
  - type: Available
    status: "True"
    reason: R
    message: "all: fine"
    lastTransitionTime: 2026-11-20T10:00:00Z
cells:
  z1:
    gatewayAvailable: "True"
    topoServerAvailable: "True"
readyInstances: 2`);
});

it("prints nothing much for a status that nobody has written", () => {
  expect(statusText({})).toBe("{}");
});
