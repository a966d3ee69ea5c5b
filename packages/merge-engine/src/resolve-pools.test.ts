import type { Pool } from "@multigres/api-types";
import { describe, expect, test } from "vitest";
import { defaults } from "./defaults.ts";
import { resolvePools } from "./resolve-pools.ts";
import { deepFreeze } from "./testing/deep-freeze.ts";

const antiAffinity = {
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          labelSelector: { matchLabels: { "app.kubernetes.io/component": "shard-pool" } },
          topologyKey: "kubernetes.io/hostname",
        },
      },
    ],
  },
};

/** A pool of the spec's ShardTemplate. */
function templatePool(overrides: Partial<Pool> = {}): Pool {
  return {
    type: "replica",
    cell: "us-east-1a",
    replicas: 3,
    affinity: antiAffinity,
    dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "250Gi" } } },
    postgres: { resources: { requests: { cpu: "2", memory: "4Gi" } } },
    multipooler: { resources: { requests: { cpu: "500m", memory: "256Mi" } } },
    ...overrides,
  };
}

const template = deepFreeze([templatePool(), templatePool({ cell: "us-east-1b" })]);
const key = { type: "replica", cell: "us-east-1a" } as const;

describe("resolvePools with a template", () => {
  test("without overrides the pools are the template's", () => {
    expect(resolvePools({ template })).toEqual(template);
    expect(resolvePools({ template, overrides: [] })).toEqual(template);
  });

  test("the spec's analytics_db: one pool patched, one added, one untouched", () => {
    const pools = resolvePools({
      template,
      overrides: [
        {
          ...key,
          dataVolumeClaimTemplate: { resources: { requests: { storage: "1000Gi" } } },
          postgres: { resources: { requests: { cpu: "4" } } },
        },
        {
          type: "readOnly",
          cell: "us-east-1a",
          replicas: 1,
          dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "500Gi" } } },
          postgres: { resources: { requests: { cpu: "1" } } },
          multipooler: { resources: { requests: { cpu: "100m" } } },
        },
      ],
    });
    expect(pools).toEqual([
      {
        type: "readOnly",
        cell: "us-east-1a",
        replicas: 1,
        dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "500Gi" } } },
        postgres: { resources: { requests: { cpu: "1", memory: "1Gi" } } },
        multipooler: { resources: { requests: { cpu: "100m", memory: "128Mi" } } },
      },
      templatePool({
        dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1000Gi" } } },
        postgres: { resources: { requests: { cpu: "4", memory: "4Gi" } } },
      }),
      templatePool({ cell: "us-east-1b" }),
    ]);
  });

  test("access modes are replaced, not appended to", () => {
    const overrides: Pool[] = [{ ...key, dataVolumeClaimTemplate: { accessModes: ["ReadWriteMany"] } }];
    const [patched] = resolvePools({ template, overrides });
    expect(patched?.dataVolumeClaimTemplate).toEqual({
      accessModes: ["ReadWriteMany"],
      resources: { requests: { storage: "250Gi" } },
    });
  });

  test("limits of the override stand beside the template's requests", () => {
    const overrides: Pool[] = [{ ...key, postgres: { resources: { limits: { memory: "8Gi" } } } }];
    const [patched] = resolvePools({ template, overrides });
    expect(patched?.postgres.resources).toEqual({
      requests: { cpu: "2", memory: "4Gi" },
      limits: { memory: "8Gi" },
    });
  });

  test("replicas: 0 is a number of replicas", () => {
    expect(resolvePools({ template, overrides: [{ ...key, replicas: 0 }] })[0]?.replicas).toBe(0);
  });

  test("an empty list of tolerations takes the template's away", () => {
    const tolerating = [templatePool({ tolerations: [{ operator: "Exists" }] })];
    expect(resolvePools({ template: tolerating, overrides: [{ ...key, tolerations: [] }] })[0]?.tolerations).toEqual(
      [],
    );
  });

  test("an override matches by type and cell, never by one of them", () => {
    const overrides: Pool[] = [
      { type: "readOnly", cell: "us-east-1a", replicas: 1 },
      { type: "replica", cell: "us-east-1c", replicas: 1 },
    ];
    const found = resolvePools({ template, overrides }).map(({ type, cell, replicas }) => [type, cell, replicas]);
    expect(found).toEqual([
      ["readOnly", "us-east-1a", 1],
      ["replica", "us-east-1a", 3],
      ["replica", "us-east-1b", 3],
      ["replica", "us-east-1c", 1],
    ]);
  });
});

describe("resolvePools: defaults", () => {
  test("type and cell make a complete pool", () => {
    expect(resolvePools({ pools: [key] })).toEqual([
      {
        ...key,
        replicas: 3,
        dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
        postgres: { resources: { requests: { cpu: "500m", memory: "1Gi" } } },
        multipooler: { resources: { requests: { cpu: "100m", memory: "128Mi" } } },
      },
    ]);
  });

  test("an empty list of pools stays empty", () => {
    expect(resolvePools({ pools: [] })).toEqual([]);
  });

  test.each<[string, Pool["postgres"], unknown]>([
    [
      "requests.cpu alone still gets the memory",
      { resources: { requests: { cpu: "1" } } },
      { requests: { cpu: "1", memory: "1Gi" } },
    ],
    ["empty resources get both", { resources: {} }, { requests: { cpu: "500m", memory: "1Gi" } }],
    ["nothing at all gets both", {}, { requests: { cpu: "500m", memory: "1Gi" } }],
    [
      "limits above the default requests stand beside them",
      { resources: { limits: { cpu: "2", memory: "8Gi" } } },
      { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2", memory: "8Gi" } },
    ],
    [
      "a limit below the default request lowers it, as the API server refuses requests above limits",
      { resources: { limits: { memory: "512Mi" } } },
      { requests: { cpu: "500m", memory: "512Mi" }, limits: { memory: "512Mi" } },
    ],
    [
      "a request above the limit is the user's own, and stays",
      { resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } },
      { requests: { cpu: "2", memory: "1Gi" }, limits: { cpu: "1" } },
    ],
    [
      "other resources are kept",
      { resources: { requests: { "hugepages-2Mi": "64Mi" }, limits: { "hugepages-2Mi": "64Mi" } } },
      { requests: { cpu: "500m", memory: "1Gi", "hugepages-2Mi": "64Mi" }, limits: { "hugepages-2Mi": "64Mi" } },
    ],
  ])("%s", (_, postgres, resources) => {
    expect(resolvePools({ pools: [{ ...key, postgres }] })[0]?.postgres.resources).toEqual(resources);
  });

  test("a storage class alone gets size and access mode", () => {
    const pools: Pool[] = [{ ...key, dataVolumeClaimTemplate: { storageClassName: "fast" } }];
    expect(resolvePools({ pools })[0]?.dataVolumeClaimTemplate).toEqual({
      storageClassName: "fast",
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "10Gi" } },
    });
  });

  test("defaults come after merging: what the template says isn't hidden by an override's gaps", () => {
    const overrides: Pool[] = [{ ...key, postgres: { resources: { requests: { cpu: "4" } } } }];
    expect(resolvePools({ template, overrides })[0]?.multipooler).toEqual(templatePool().multipooler);
  });

  test("are the same on every call, whatever a caller does with a result", () => {
    const [first] = resolvePools({ pools: [key] });
    if (first?.dataVolumeClaimTemplate.accessModes) first.dataVolumeClaimTemplate.accessModes[0] = "ReadWriteMany";
    expect(resolvePools({ pools: [key] })[0]?.dataVolumeClaimTemplate.accessModes).toEqual(["ReadWriteOnce"]);
    expect(defaults.pool.dataVolumeClaimTemplate.accessModes).toEqual(["ReadWriteOnce"]);
  });
});
