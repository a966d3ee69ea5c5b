import { labels } from "@multigres/api-types";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cellLabels,
  clusterLabels,
  componentSelector,
  components,
  labelValue,
  objectLabels,
  poolLabels,
  shardLabels,
  tableGroupLabels,
  topoServerLabels,
} from "./labels.ts";
import { names } from "./names.ts";
import { databaseNames, poolIdentity } from "./testing/arbitraries.ts";

const legalValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

describe("labelValue", () => {
  test.each(["production_db", "Prod-1", "a", "us-east-1a"])("keeps %s, which is legal", (name) => {
    expect(labelValue(name)).toBe(name);
  });

  test.each(["_hidden", "_", "a".repeat(64)])("hashes %s, which isn't", (name) => {
    expect(labelValue(name)).toMatch(/^x[0-9a-f]{8}$/);
  });

  test("tells databases apart that differ in case, in _ and -, or only at their end", () => {
    fc.assert(
      fc.property(fc.uniqueArray(databaseNames, { maxLength: 12 }), (databases) => {
        expect(new Set(databases.map(labelValue)).size).toBe(databases.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe("labels of every object", () => {
  test("are legal for any names", () => {
    fc.assert(
      fc.property(poolIdentity, (pool) => {
        const all = [
          clusterLabels(pool.cluster, components.multiadmin),
          cellLabels(pool.cluster, pool.cell, components.multigateway),
          topoServerLabels(pool.cluster, names.cellTopoServer(pool.cluster, pool.cell), pool.cell),
          tableGroupLabels(pool.cluster, pool.database, pool.tableGroup),
          shardLabels(pool),
          poolLabels(pool),
        ];
        for (const value of all.flatMap((identity) => Object.values(objectLabels(identity)))) {
          expect(value).toMatch(legalValue);
        }
      }),
    );
  });

  test("are found by the selector of their component's cache", () => {
    for (const component of Object.values(components)) {
      const carried = Object.entries(objectLabels(clusterLabels("demo", component))).map((pair) => pair.join("="));
      expect(carried).toEqual(expect.arrayContaining(componentSelector(component).split(",")));
    }
  });
});

/** Selectors of StatefulSets and Deployments are immutable: these can never change. */
describe("selectors that can never change", () => {
  const common = {
    "app.kubernetes.io/name": "multigres",
    "app.kubernetes.io/instance": "demo",
    "multigres.com/cluster": "demo",
  };
  const pool = { cluster: "demo", database: "prod_db", tableGroup: "default", shard: 0, type: "replica", cell: "z1" };

  test.each([
    [
      "global topology server",
      topoServerLabels("demo", "demo-global", undefined),
      {
        ...common,
        "app.kubernetes.io/component": "toposerver",
        "multigres.com/topo-scope": "global",
        "multigres.com/toposerver": "demo-global",
      },
    ],
    [
      "local topology server",
      topoServerLabels("demo", "demo-z1-topo-12345678", "z1"),
      {
        ...common,
        "app.kubernetes.io/component": "toposerver",
        "multigres.com/cell": "z1",
        "multigres.com/topo-scope": "cell",
        "multigres.com/toposerver": "demo-z1-topo-12345678",
      },
    ],
    [
      "gateway",
      cellLabels("demo", "z1", components.multigateway),
      { ...common, "app.kubernetes.io/component": "multigateway", "multigres.com/cell": "z1" },
    ],
    [
      "multiorch",
      clusterLabels("demo", components.multiorch),
      { ...common, "app.kubernetes.io/component": "multiorch" },
    ],
    [
      "pool",
      poolLabels(pool),
      {
        ...common,
        "app.kubernetes.io/component": "shard-pool",
        "multigres.com/database": "prod_db",
        "multigres.com/table-group": "default",
        "multigres.com/shard": "0",
        "multigres.com/cell": "z1",
        "multigres.com/pool-type": "replica",
      },
    ],
  ])("%s", (_, selector, fixed) => {
    expect(selector).toEqual(fixed);
  });

  test("no two pools select each other's pods", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(poolIdentity, { selector: (p) => JSON.stringify(Object.values(p)), maxLength: 8 }),
        (pools) => {
          for (const one of pools) {
            const selector = Object.entries(poolLabels(one));
            const selected = pools.filter((other) => {
              const carried: Record<string, string> = objectLabels(poolLabels(other));
              return selector.every(([key, value]) => carried[key] === value);
            });
            expect(selected).toEqual([one]);
          }
        },
      ),
    );
  });

  test("carry nothing that a version or a user could change", () => {
    expect(Object.keys(poolLabels(pool))).not.toContain(labels.partOf);
    expect(Object.keys(poolLabels(pool))).not.toContain(labels.managedBy);
  });
});
