import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { orchestratorServiceId, poolerServiceId, poolerServiceIdOf, repositoryPath } from "./identities.ts";
import { limits, type PoolIdentity } from "./names.ts";
import { poolIdentity } from "./testing/arbitraries.ts";

const pool: PoolIdentity = {
  cluster: "example-multigres-cluster",
  database: "production_db",
  tableGroup: "default",
  shard: 0,
  type: "replica",
  cell: "us-east-1a",
};

describe("service ids of poolers", () => {
  test("can never change: records in the topology carry them", () => {
    expect(poolerServiceId(pool)).toBe("production-d-replica-1a3cb8f1-$(POD_INDEX)");
    expect(poolerServiceIdOf({ ...pool, database: "_Hidden_DB", type: "readOnly" }, 7)).toBe(
      "x-hidden-db-readonly-99f2aa50-7",
    );
    expect(orchestratorServiceId).toBe("orch-$(POD_INDEX)");
  });

  test("are what the kubelet makes of the argument", () => {
    expect(poolerServiceIdOf(pool, 12)).toBe(poolerServiceId(pool).replace("$(POD_INDEX)", "12"));
  });

  test("have no _ and leave room for the cell in Postgres' application_name", () => {
    fc.assert(
      fc.property(poolIdentity, fc.integer({ min: 0, max: 99 }), (identity, ordinal) => {
        const id = poolerServiceIdOf(identity, ordinal);
        expect(id).toMatch(/^[a-z][-a-z0-9]*[a-z0-9]$/);
        expect(id.length).toBeLessThanOrEqual(32);
        expect(`${identity.cell}_${id}`.length).toBeLessThanOrEqual(limits.applicationName);
      }),
    );
  });

  test("are unique per cell over all databases", () => {
    const selector = ({ database, tableGroup, shard, type, cell }: PoolIdentity) =>
      JSON.stringify([database, tableGroup, shard, type, cell]);
    fc.assert(
      fc.property(fc.uniqueArray(poolIdentity, { selector, maxLength: 12 }), (pools) => {
        expect(new Set(pools.map((identity) => poolerServiceIdOf(identity, 0))).size).toBe(pools.length);
      }),
      { numRuns: 300 },
    );
    expect(poolerServiceId({ ...pool, database: "a_b" })).not.toBe(poolerServiceId({ ...pool, database: "a-b" }));
    expect(poolerServiceId({ ...pool, database: "A" })).not.toBe(poolerServiceId({ ...pool, database: "a" }));
  });
});

describe("repository paths", () => {
  test("can never change: backups are under them", () => {
    expect(repositoryPath("example", pool)).toBe("example/example-multigres-cluster/production_db/default/0-inf");
    expect(repositoryPath("example", { ...pool, shard: 1 })).toBe(
      "example/example-multigres-cluster/production_db/default/shard-1",
    );
  });

  test("are never shared by two shards, and never inside one another", () => {
    const selector = ({ cluster, database, tableGroup, shard }: PoolIdentity) =>
      JSON.stringify([cluster, database, tableGroup, shard]);
    fc.assert(
      fc.property(fc.uniqueArray(poolIdentity, { selector, maxLength: 12 }), (shards) => {
        const paths = shards.map((shard) => `${repositoryPath("t1", shard)}/`);
        for (const path of paths) expect(paths.filter((other) => other.startsWith(path))).toEqual([path]);
      }),
      { numRuns: 300 },
    );
  });
});
