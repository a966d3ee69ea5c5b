import { expect, test } from "vitest";
import { aDatabaseRecord, addGateway, opened, otherOwner, register } from "../testing/topology.ts";
import { removeUnwanted, type Wanted } from "./remove-unwanted.ts";

const { signal } = new AbortController();
const claim = "/r/databases/db2/default/0-inf/ShardInitClaim";
const wanted = (changes: Partial<Wanted> = {}): Wanted => ({
  keep: { databases: ["db1"], cells: ["z1"] },
  shardInitClaims: false,
  place: { server: { address: "etcd:2379" } },
  ...changes,
});

async function aTopology() {
  const at = opened();
  const databases = [aDatabaseRecord("db1", ["z1"]), aDatabaseRecord("db2", ["z1", "z2"])];
  await register(at, { cells: ["z1", "z2"], databases });
  at.kv.put(claim, Buffer.from("orch-0"));
  return at;
}

const multigres = (keys: readonly string[]) => keys.filter((key) => !key.includes("/multigres-operator/"));

test("records of databases and cells that nobody wants go, with their marks, and what initialised the shard stays", async () => {
  const at = await aTopology();
  addGateway(at, "z2");
  const kept = addGateway(at, "z1");
  expect(await removeUnwanted(at, wanted(), signal)).toEqual({ result: "done" });
  expect(multigres(at.kv.keys())).toEqual(["/r/cells/z1/Cell", "/r/databases/db1/Database", claim, kept]);
  expect(at.kv.keys().filter((key) => /multigres-operator\/(cells|databases)/.test(key))).toHaveLength(2);
});

test("that goes too where the volumes do", async () => {
  const at = await aTopology();
  await removeUnwanted(at, wanted({ shardInitClaims: true }), signal);
  expect(at.kv.get(claim)).toBeUndefined();
});

test("a cell that a database names still stays, and goes the next time", async () => {
  const at = await aTopology();
  const keep = { databases: ["db1", "db2"], cells: ["z1"] };
  await removeUnwanted(at, wanted({ keep }), signal);
  expect(at.kv.get("/r/cells/z2/Cell")).toBeDefined();
  await register(at, { databases: [aDatabaseRecord("db2", ["z1"])] });
  await removeUnwanted(at, wanted({ keep }), signal);
  expect(at.kv.get("/r/cells/z2/Cell")).toBeUndefined();
});

test("components on a server of the cell's own aren't looked for here", async () => {
  const at = opened();
  await register(at, { cells: ["z2"] }, "near:2379");
  const gateway = addGateway(at, "z2");
  await removeUnwanted(at, wanted(), signal);
  expect(multigres(at.kv.keys())).toEqual([gateway]);
});

test("nothing of another cluster's is touched, and at rest it is one read", async () => {
  const at = await aTopology();
  const before = at.kv.keys();
  await removeUnwanted({ ...at, owner: otherOwner }, wanted({ keep: { databases: [], cells: [] } }), signal);
  expect(at.kv.keys()).toEqual(before);
  const { reads, writes } = { ...at.kv.requests };
  await removeUnwanted(at, wanted({ keep: { databases: ["db1", "db2"], cells: ["z1", "z2"] } }), signal);
  expect(at.kv.requests).toEqual({ reads: reads + 1, writes });
});
