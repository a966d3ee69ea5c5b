import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldDatabase, identityHash, limits, names, type PoolIdentity, readable, type ShardIdentity } from "./names.ts";
import { cellName, clusterName, databaseNames, poolIdentity } from "./testing/arbitraries.ts";

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** Services must start with a letter. */
const serviceName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const highestOrdinal = 99;
const example: ShardIdentity = {
  cluster: "example-multigres-cluster",
  database: "production_db",
  tableGroup: "default",
  shard: 0,
};
const longest: PoolIdentity = {
  cluster: "c".repeat(limits.cluster),
  database: `_${"D".repeat(limits.database - 1)}`,
  tableGroup: "default",
  shard: 0,
  type: "readOnly",
  cell: "z".repeat(limits.cell),
};

function statefulSetsOf(pool: PoolIdentity): string[] {
  return [
    names.globalTopoServer(pool.cluster),
    names.cellTopoServer(pool.cluster, pool.cell),
    names.multiorch(pool.cluster),
    names.pool(pool),
  ];
}

function servicesOf(pool: PoolIdentity): string[] {
  const topoServers = [names.globalTopoServer(pool.cluster), names.cellTopoServer(pool.cluster, pool.cell)];
  return [
    ...topoServers.flatMap((name) => [names.topoServerClientService(name), names.topoServerPeerService(name)]),
    names.multiadmin(pool.cluster),
    names.multiorch(pool.cluster),
    names.gateway(pool.cluster, pool.cell),
    names.pool(pool),
    names.poolPod(pool, 0),
    names.poolPod(pool, highestOrdinal),
  ];
}

function othersOf(pool: PoolIdentity): string[] {
  const tableGroup = names.tableGroup(pool.database, pool.tableGroup);
  return [
    names.passwordSecret(pool.cluster),
    names.cell(pool.cluster, pool.cell),
    tableGroup,
    names.tableGroupFallback(pool.cluster, pool.database, pool.tableGroup),
    names.shard(tableGroup, pool.shard),
    names.shardDisruptionBudget(pool),
    names.hbaConfigMap(pool),
    names.repositoryClaim(pool),
  ];
}

describe("names that the spec prints", () => {
  test.each([
    [names.globalTopoServer(example.cluster), "example-multigres-cluster-global"],
    [names.topoServerClientService(names.globalTopoServer(example.cluster)), "example-multigres-cluster-global-client"],
    [names.multiadmin(example.cluster), "example-multigres-cluster-multiadmin"],
    [names.multiorch(example.cluster), "example-multigres-cluster-multiorch"],
    [names.cell(example.cluster, "us-east-1a"), "example-multigres-cluster-us-east-1a"],
    [names.gateway(example.cluster, "us-east-1a"), "example-multigres-cluster-us-east-1a-gateway"],
    [names.tableGroup("production_db", "default"), "production-db-default"],
    [names.shard(names.tableGroup("production_db", "default"), 0), "production-db-default-0"],
  ])("%s", (name, printed) => {
    expect(name).toBe(printed);
  });
});

/** A name here is a name in somebody's cluster: a change loses volumes. Entries are added, never edited. */
describe("names that can never change", () => {
  const pool: PoolIdentity = { ...example, type: "replica", cell: "us-east-1a" };
  const odd: PoolIdentity = { ...longest, shard: 3 };
  test.each([
    [names.cellTopoServer(example.cluster, "us-east-1b"), "example-multigres-cluster-us-east-1b-topo-c0d99d3a"],
    [names.passwordSecret(example.cluster), "example-multigres-cluster-postgres"],
    [names.pool(pool), "example-mul-production-d-replica-us-east-1a-fa8f1651"],
    [names.poolPod(pool, 2), "example-mul-production-d-replica-us-east-1a-fa8f1651-2"],
    [names.pool({ ...pool, type: "readOnly" }), "example-mul-production-readonly-us-east-1a-066869df"],
    [names.shardDisruptionBudget(example), "example-multigres-cluster-production-db-pods-a3289ab2"],
    [names.hbaConfigMap(example), "example-multigres-cluster-production-db-hba-c3c9ad6e"],
    [names.repositoryClaim(example), "example-multigres-cluster-production-db-repository-06d65b9f"],
    [
      names.tableGroupFallback(example.cluster, "production_db", "default"),
      "example-multigres-cluster-production-db-default-1c52ae2b",
    ],
    [names.tableGroup("_hidden", "default"), "x-hidden-1310cdd3-default"],
    [names.pool(odd), "cccccccccc-x-ddddddddd-readonly-zzzzzzzzzzz-b301f7bf"],
    [names.cellTopoServer(odd.cluster, odd.cell), "cccccccccccccccccc-zzzzzzzzzzzzzzzzzzz-topo-4a7df33c"],
    [names.gateway(odd.cluster, odd.cell), "cccccccccccccccccccccc-zzzzzzzzzzzzzzzzzzzzzzz-gateway-54448d93"],
    [names.repositoryClaim(odd), "ccccccccccccccccccccc-x-ddddddddddddddddddd-repository-470ca0cb"],
  ])("%s", (name, fixed) => {
    expect(name).toBe(fixed);
  });
});

describe("every name is legal and within its limit", () => {
  test("StatefulSets, their pods, and the claims of their pods", () => {
    fc.assert(
      fc.property(poolIdentity, (pool) => {
        for (const name of statefulSetsOf(pool)) {
          expect(name).toMatch(dnsLabel);
          expect(name.length).toBeLessThanOrEqual(limits.statefulSet);
          expect(`${name}-${highestOrdinal}`.length).toBeLessThanOrEqual(limits.dnsLabel);
          expect(names.dataClaim(`${name}-${highestOrdinal}`).length).toBeLessThanOrEqual(limits.dnsLabel);
          // The StatefulSet controller's label controller-revision-hash.
          expect(`${name}-0123456789`.length).toBeLessThanOrEqual(limits.dnsLabel);
        }
      }),
    );
  });

  test("Services", () => {
    fc.assert(
      fc.property(poolIdentity, (pool) => {
        for (const name of servicesOf(pool)) {
          expect(name).toMatch(serviceName);
          expect(name.length).toBeLessThanOrEqual(limits.dnsLabel);
        }
      }),
    );
  });

  test("all others", () => {
    fc.assert(
      fc.property(poolIdentity, (pool) => {
        for (const name of othersOf(pool)) {
          expect(name).toMatch(dnsSubdomain);
          expect(name.length).toBeLessThanOrEqual(253);
        }
      }),
    );
  });

  test("with the longest parts", () => {
    expect(names.pool(longest).length).toBe(limits.statefulSet);
    expect(names.gateway(longest.cluster, longest.cell).length).toBe(limits.dnsLabel);
    expect(names.repositoryClaim(longest).length).toBe(limits.dnsLabel);
  });
});

describe("different things have different names", () => {
  /** Identities that joining, folding or cutting could take for one another. */
  const collidingPools: readonly [string, Partial<PoolIdentity>, Partial<PoolIdentity>][] = [
    ["joining cluster and database", { cluster: "a", database: "b-c" }, { cluster: "a-b", database: "c" }],
    ["joining database and type", { database: "a-replica", type: "replica" }, { database: "a", type: "replica" }],
    ["joining database and cell", { database: "a", cell: "b-c" }, { database: "a-b", cell: "c" }],
    ["folding _ and -", { database: "a_b" }, { database: "a-b" }],
    ["folding case", { database: "A_b" }, { database: "a_b" }],
    ["a leading _", { database: "_a" }, { database: "x-a" }],
    ["cutting", { database: `${"d".repeat(62)}a` }, { database: `${"d".repeat(62)}b` }],
    ["cutting the cell", { cell: `${"z".repeat(29)}a` }, { cell: `${"z".repeat(29)}b` }],
    ["the table group", { tableGroup: "a" }, { tableGroup: "b" }],
    ["the shard", { shard: 1 }, { shard: 11 }],
    ["the type", { type: "replica" }, { type: "readOnly" }],
  ];
  test.each(collidingPools)("pools that differ by %s", (_, a, b) => {
    const base = { ...example, type: "replica", cell: "z1" };
    expect(names.pool({ ...base, ...a })).not.toBe(names.pool({ ...base, ...b }));
  });

  test("pools, pods and what a shard has", () => {
    fc.assert(
      fc.property(fc.uniqueArray(poolIdentity, { selector: identityOf, minLength: 2, maxLength: 12 }), (pools) => {
        expect(distinct(pools, (pool) => names.pool(pool))).toBe(distinct(pools, identityOf));
        expect(distinct(pools, (pool) => names.poolPod(pool, 1))).toBe(distinct(pools, identityOf));
        expect(distinct(pools, (pool) => names.shardDisruptionBudget(pool))).toBe(distinct(pools, shardOf));
        expect(distinct(pools, (pool) => names.hbaConfigMap(pool))).toBe(distinct(pools, shardOf));
        expect(distinct(pools, (pool) => names.repositoryClaim(pool))).toBe(distinct(pools, shardOf));
      }),
      { numRuns: 300 },
    );
  });

  test("what one shard has for different purposes", () => {
    fc.assert(
      fc.property(poolIdentity, (pool) => {
        const all = [names.shardDisruptionBudget(pool), names.hbaConfigMap(pool), names.repositoryClaim(pool)];
        expect(new Set([...all, names.pool(pool)]).size).toBe(4);
      }),
    );
  });

  test("topology servers of cells, however cluster and cell are joined", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(clusterName, cellName), { selector: String, maxLength: 12 }), (cells) => {
        expect(distinct(cells, ([cluster, cell]) => names.cellTopoServer(cluster, cell))).toBe(distinct(cells, String));
      }),
      { numRuns: 300 },
    );
    expect(names.cellTopoServer("a", "b-c")).not.toBe(names.cellTopoServer("a-b", "c"));
  });

  test("a cell's topology server and any cluster's global one", () => {
    fc.assert(
      fc.property(clusterName, cellName, clusterName, (cluster, cell, other) => {
        expect(names.cellTopoServer(cluster, cell)).not.toBe(names.globalTopoServer(other));
      }),
    );
  });

  test("gateways of one cluster, cut or not", () => {
    fc.assert(
      fc.property(clusterName, fc.uniqueArray(cellName, { maxLength: 12 }), (cluster, cells) => {
        expect(distinct(cells, (cell) => names.gateway(cluster, cell))).toBe(distinct(cells, String));
      }),
      { numRuns: 300 },
    );
  });

  test("fallback names of table groups, however cluster and database are joined", () => {
    expect(names.tableGroupFallback("a", "b-c", "d")).not.toBe(names.tableGroupFallback("a-b", "c", "d"));
    expect(names.tableGroupFallback("a", "b_c", "d")).not.toBe(names.tableGroupFallback("a", "b-c", "d"));
  });

  test("Services of one cluster", () => {
    fc.assert(
      fc.property(poolIdentity, (pool) => {
        const all = servicesOf(pool);
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });
});

describe("foldDatabase", () => {
  test.each([
    ["production_db", "production-db"],
    ["ABC", "abc"],
    ["a-b", "a-b"],
    ["_a", `x-a-${identityHash("_a")}`],
  ])("%s becomes %s", (database, folded) => {
    expect(foldDatabase(database)).toBe(folded);
  });

  test("gives a DNS label's characters and starts with a letter", () => {
    fc.assert(
      fc.property(databaseNames, (database) => {
        expect(foldDatabase(database)).toMatch(serviceName);
      }),
    );
  });
});

describe("readable", () => {
  test("keeps what fits", () => {
    expect(readable(["a", "bc"], 4)).toBe("a-bc");
  });

  test("shortens the longest part first, and leaves something of each", () => {
    expect(readable(["cluster", "a-very-long-database", "z"], 20)).toBe("cluster-a-very-lon-z");
  });

  test("leaves no dash at a cut", () => {
    expect(readable(["ab-cd"], 3)).toBe("ab");
  });
});

describe("identityHash", () => {
  test("doesn't take parts for one another", () => {
    const hashes = [
      identityHash("a", "b-c"),
      identityHash("a-b", "c"),
      identityHash("ab-c"),
      identityHash("a", "b", "c"),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

function identityOf({ cluster, database, tableGroup, shard, type, cell }: PoolIdentity): string {
  return JSON.stringify([cluster, database, tableGroup, shard, type, cell]);
}

function shardOf({ cluster, database, tableGroup, shard }: ShardIdentity): string {
  return JSON.stringify([cluster, database, tableGroup, shard]);
}

/** How many different values there are. */
function distinct<T>(all: readonly T[], value: (one: T) => string): number {
  return new Set(all.map(value)).size;
}
