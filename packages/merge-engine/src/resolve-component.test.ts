import { describe, expect, test } from "vitest";
import { resolveComponent } from "./resolve-component.ts";
import { deepFreeze } from "./testing/deep-freeze.ts";

const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };

describe("resolveComponent", () => {
  test.each([undefined, {}, { replicas: 1 }, { resources: {} }, { resources }])(
    "%j is one replica with the spec's resources",
    (component) => {
      expect(resolveComponent(component)).toEqual({ replicas: 1, resources });
    },
  );

  test("replicas: 0 is a number of replicas", () => {
    expect(resolveComponent({ replicas: 0 }).replicas).toBe(0);
  });

  test.each([
    [{ requests: { cpu: "150m" } }, { requests: { cpu: "150m", memory: "128Mi" }, limits: resources.limits }],
    [
      // The default limit of 200m would make the API server refuse the pods.
      { requests: { cpu: "1" } },
      { requests: { cpu: "1", memory: "128Mi" }, limits: { cpu: "1", memory: "256Mi" } },
    ],
    [
      { limits: { memory: "64Mi" } },
      { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
    ],
    [{ limits: { cpu: "4" } }, { requests: resources.requests, limits: { cpu: "4", memory: "256Mi" } }],
  ])("resources %j become %j", (given, resolved) => {
    expect(resolveComponent(deepFreeze({ resources: given })).resources).toEqual(resolved);
  });

  test("placement is handed on", () => {
    const placement = { nodeSelector: { pool: "control" }, podAnnotations: { note: "1024Mi" } };
    expect(resolveComponent(placement)).toEqual({ ...placement, replicas: 1, resources });
  });
});
