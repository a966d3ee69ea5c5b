import { MemoryEtcd } from "@multigres/topology/testing";
import { expect, test } from "vitest";
import { aDatabaseRecord, addGateway, claimCell, opened, otherOwner, register } from "../testing/topology.ts";
import { leaveCellRoot, leaveGlobalRoot } from "./leave.ts";

const { signal } = new AbortController();
const claim = "/r/databases/db/default/0-inf/ShardInitClaim";
const records = { cells: ["z1", "z2"], databases: [aDatabaseRecord("db", ["z1"])] };
const how = { current: undefined, cells: ["z1", "z2"], keepComponentsOf: [], shardInitClaims: false };

test("everything of ours goes, the claim on the root last, and the rest stays", async () => {
  const left = opened();
  await register(left, records);
  addGateway(left, "z1");
  left.kv.put(claim, Buffer.from("orch-0"));
  left.kv.put("/elsewhere", Buffer.from("x"));
  expect(await leaveGlobalRoot({ left, ...how }, signal)).toEqual({ result: "done" });
  expect(left.kv.keys()).toEqual(["/elsewhere", claim]);
  await leaveGlobalRoot({ left, ...how }, signal);
  expect(left.kv.keys()).toEqual(["/elsewhere", claim]);
});

test("what was cut off in between is finished the next time", async () => {
  const left = opened();
  await register(left, records);
  let writes = 0;
  left.kv.beforeWrite = () => {
    writes += 1;
    if (writes === 2) throw new Error("cut off");
  };
  await expect(leaveGlobalRoot({ left, ...how }, signal)).rejects.toThrow("cut off");
  left.kv.beforeWrite = undefined;
  await leaveGlobalRoot({ left, ...how }, signal);
  expect(left.kv.keys()).toEqual([]);
});

test("with the volumes goes what initialised the shards", async () => {
  const left = opened();
  await register(left, records);
  left.kv.put(claim, Buffer.from("orch-0"));
  await leaveGlobalRoot({ left, ...how, shardInitClaims: true }, signal);
  expect(left.kv.keys()).toEqual([]);
});

test("records of components stay where somebody wants them", async () => {
  const left = opened();
  await register(left, records);
  const kept = addGateway(left, "z1");
  addGateway(left, "z2");
  await leaveGlobalRoot({ left, ...how, keepComponentsOf: ["z1"] }, signal);
  expect(left.kv.keys()).toEqual([kept]);
});

test("a root of another cluster's is as good as left", async () => {
  const left = opened();
  await register(left, records);
  const before = left.kv.keys();
  expect(await leaveGlobalRoot({ left: { ...left, owner: otherOwner }, ...how }, signal)).toEqual({ result: "done" });
  expect(left.kv.keys()).toEqual(before);
});

test("a record that somebody made anew is told, and not removed", async () => {
  const left = opened();
  await register(left, records);
  const bytes = left.kv.get("/r/databases/db/Database") ?? new Uint8Array();
  left.kv.apply([{ delete: "/r/databases/db/Database" }]);
  left.kv.put("/r/databases/db/Database", bytes);
  const outcome = await leaveGlobalRoot({ left, ...how }, signal);
  expect(outcome).toMatchObject({ result: "refused", message: expect.stringContaining("databases/db") });
  expect(left.kv.get("/r/databases/db/Database")).toBeDefined();
});

test("the same root of the same etcd under another address isn't left", async () => {
  const kv = new MemoryEtcd();
  const left = opened(kv);
  await register(left, records);
  const before = kv.keys();
  expect(await leaveGlobalRoot({ left, ...how, current: opened(kv, "/r/../r/") }, signal)).toEqual({ result: "done" });
  expect(kv.keys()).toEqual(before);
});

test.each([
  ["another root of the same etcd", (kv: MemoryEtcd) => opened(kv, "/other")],
  ["the same root of another etcd", () => opened(new MemoryEtcd())],
])("what moved to %s is left behind", async (_, place) => {
  const left = opened();
  await register(left, records);
  const current = place(left.kv);
  // So that its revisions are others.
  current.kv.put("/x", Buffer.from("x"));
  await register(current, records);
  await leaveGlobalRoot({ left, ...how, current }, signal);
  expect(left.kv.keys().filter((key) => key.startsWith("/r/"))).toEqual([]);
  expect(current.kv.get(`${current.root}/databases/db/Database`)).toBeDefined();
});

const cell = { current: undefined, cell: "z2", keepComponentsOf: [], ownsCurrent: false };

test("a cell leaves a root of its own with its components and its claim", async () => {
  const left = opened();
  await claimCell(left, "z2");
  addGateway(left, "z2");
  const kept = addGateway(left, "z1");
  await leaveCellRoot({ left, ...cell }, signal);
  expect(left.kv.keys()).toEqual([kept]);
});

test("a cell whose own root was its cluster's gives back the claim alone when it uses the global one", async () => {
  const left = opened();
  await register(left, { cells: ["z2"] });
  await claimCell(left, "z2");
  const gateway = addGateway(left, "z2");
  await leaveCellRoot({ left, ...cell, current: opened(left.kv) }, signal);
  expect(left.kv.keys()).not.toContain("/r/multigres-operator/claims/cell");
  expect(left.kv.keys()).toContain(gateway);
});

test("a cell that finds its own root under another address keeps everything", async () => {
  const left = opened();
  await claimCell(left, "z2");
  addGateway(left, "z2");
  const before = left.kv.keys();
  await leaveCellRoot({ left, ...cell, ownsCurrent: true, current: opened(left.kv) }, signal);
  expect(left.kv.keys()).toEqual(before);
});
