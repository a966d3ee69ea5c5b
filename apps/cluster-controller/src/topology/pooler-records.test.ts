import type { PoolerRecord } from "@multigres/topology";
import { names, poolerServiceIdOf } from "@multigres/workload-kit";
import { expect, test } from "vitest";
import { isGoneForGood } from "./pooler-records.ts";

const owner = { namespace: "t1", name: "demo", uid: "u" };
const pool = { cluster: "demo", database: "prod_db", tableGroup: "default", shard: 0, type: "replica", cell: "z1" };

function aPooler(changes: Partial<PoolerRecord> = {}, ordinal = 2): PoolerRecord {
  return {
    key: "/k",
    modRevision: 1n,
    id: { component: "multipooler", cell: "z1", name: poolerServiceIdOf(pool, ordinal) },
    shardKey: { database: "prod_db", tableGroup: "default", shard: "0-inf" },
    hostname: `${names.poolPod(pool, ordinal)}.t1.svc`,
    lifecycle: { status: "SHUTDOWN", reason: "" },
    servingStatus: "DISABLED",
    role: "UNKNOWN",
    ...changes,
  };
}

const gone = (pooler: PoolerRecord, kept: string[] = []) => isGoneForGood(pooler, owner, new Set(kept));
const { id } = aPooler();

test.each<[string, PoolerRecord]>([
  ["was scaled away", aPooler()],
  ["vanished without a word", aPooler({ lifecycle: { status: "ACTIVE", reason: "" }, role: "PRIMARY" })],
  ["has two digits", aPooler({}, 12)],
])("the record of a pod of ours that %s goes", (_, pooler) => {
  expect(gone(pooler)).toBe(true);
});

test("that of a pod that is wanted, or still exists, stays", () => {
  expect(gone(aPooler(), [names.poolPod(pool, 2)])).toBe(false);
  expect(gone(aPooler(), [names.poolPod(pool, 1), names.poolPod({ ...pool, cell: "z2" }, 2)])).toBe(true);
});

test.each<[string, Partial<PoolerRecord>]>([
  ["another host", { hostname: "somewhere.example.com" }],
  ["a host in another namespace", { hostname: `${names.poolPod(pool, 2)}.t2.svc` }],
  ["the host of another cluster's pod", { hostname: `${names.poolPod({ ...pool, cluster: "other" }, 2)}.t1.svc` }],
  ["a service id that we don't give", { id: { ...id, name: "handmade-2" } }],
  ["a service id without ordinal", { id: { ...id, name: "handmade" } }],
  ["another cell's service id", { id: { ...id, cell: "z2" } }],
  ["another database", { shardKey: { database: "other", tableGroup: "default", shard: "0-inf" } }],
  ["another table group", { shardKey: { database: "prod_db", tableGroup: "tg", shard: "0-inf" } }],
  ["another shard", { shardKey: { database: "prod_db", tableGroup: "default", shard: "0-8" } }],
])("what may be somebody else's pooler stays: %s", (_, changes) => {
  expect(gone(aPooler(changes))).toBe(false);
});
