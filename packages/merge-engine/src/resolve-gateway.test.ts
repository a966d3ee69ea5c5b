import { describe, expect, test } from "vitest";
import { resolveGateway } from "./resolve-gateway.ts";
import { deepFreeze } from "./testing/deep-freeze.ts";

const base = { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } };

describe("resolveGateway", () => {
  test.each([undefined, {}, { dynamic: {} }, { dynamic: { replicasPerCell: 1, resourceMultiplier: 1 } }])(
    "%j is one replica of the base size",
    (multiGateway) => {
      expect(resolveGateway(multiGateway)).toEqual({ replicas: 1, resources: base });
    },
  );

  test("static values pass through", () => {
    const resources = { requests: { cpu: "250m" }, limits: { memory: "2Gi" } };
    expect(resolveGateway({ static: { replicas: 2, resources } })).toEqual({ replicas: 2, resources });
  });

  test.each([
    [{ static: {} }, { replicas: 1, resources: base }],
    [{ static: { replicas: 0 } }, { replicas: 0, resources: base }],
    [{ static: { resources: {} } }, { replicas: 1, resources: {} }],
    [
      { static: { replicas: 3, resources: { requests: { cpu: 0.5 } } } },
      { replicas: 3, resources: { requests: { cpu: "500m" } } },
    ],
  ])("%j is completed only where nothing is said: %j", (multiGateway, resolved) => {
    expect(resolveGateway(multiGateway)).toEqual(resolved);
  });

  test.each<[number, [string, string], [string, string]]>([
    [1.5, ["750m", "768Mi"], ["1500m", "1536Mi"]],
    [2, ["1", "1Gi"], ["2", "2Gi"]],
    [0.5, ["250m", "256Mi"], ["500m", "512Mi"]],
    // 0.001 of 500m is half a 1m step, of 512Mi half a 1Mi step.
    [0.001, ["1m", "1Mi"], ["1m", "2Mi"]],
    [1e-9, ["1m", "1Mi"], ["1m", "1Mi"]],
    // In floating point 500 × 1.1 is 550.0000000000001, which would round up to 551m.
    [1.1, ["550m", "564Mi"], ["1100m", "1127Mi"]],
    [1.0001, ["501m", "513Mi"], ["1001m", "1025Mi"]],
    [0.3, ["150m", "154Mi"], ["300m", "308Mi"]],
    [1000, ["500", "500Gi"], ["1k", "1000Gi"]],
  ])(
    "dynamic with multiplier %d asks for %j and at most %j",
    (resourceMultiplier, [cpu, memory], [maxCpu, maxMemory]) => {
      expect(resolveGateway({ dynamic: { replicasPerCell: 2, resourceMultiplier } })).toEqual({
        replicas: 2,
        resources: { requests: { cpu, memory }, limits: { cpu: maxCpu, memory: maxMemory } },
      });
    },
  );

  test("dynamic with no replicas has none", () => {
    expect(resolveGateway({ dynamic: { replicasPerCell: 0 } }).replicas).toBe(0);
  });

  test("service and placement are handed on, static and dynamic are not", () => {
    const rest = {
      service: { type: "LoadBalancer" as const, annotations: { "example.com/scheme": "internal" } },
      nodeSelector: { pool: "edge" },
      tolerations: [{ operator: "Exists" }],
      priorityClassName: "high",
      podLabels: { team: "a" },
    };
    const resolved = resolveGateway(deepFreeze({ ...rest, dynamic: { replicasPerCell: 3 } }));
    expect(resolved).toEqual({ ...rest, replicas: 3, resources: base });
    expect(resolveGateway({ ...rest, static: { replicas: 3 } })).toEqual(resolved);
  });
});
