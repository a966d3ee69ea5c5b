import { describe, expect, it } from "vitest";
import { ContendedError, InvalidSettingError, MalformedRecordError, UnreachableError } from "./errors.ts";
import { globalTopology } from "./global-topology.ts";
import { cellCodec } from "./records/cell.ts";
import { databaseCodec } from "./records/database.ts";
import { aCell, aDatabase, anOwner } from "./testing/builders.ts";
import { bytesOf, fixture } from "./testing/fixtures.ts";
import { MemoryEtcd } from "./testing/memory-etcd.ts";

const root = "/multigres/global";
const own = `${root}/multigres-operator`;
const cellKey = `${root}/cells/z1/Cell`;
const databaseKey = `${root}/databases/prod_db/Database`;
const claimKey = `${root}/databases/prod_db/default/0-inf/ShardInitClaim`;

function aTopology({ etcd = new MemoryEtcd(), owner = anOwner() } = {}) {
  return { etcd, topology: globalTopology({ kv: etcd, root, owner }) };
}

const other = anOwner({ name: "other", uid: "uid-9" });
const cellBytes = (fields: Parameters<typeof aCell>[0] = {}) => cellCodec.edit(aCell(fields), undefined).bytes;

describe("ensureCell", () => {
  it("creates the record under Multigres' key, with the claim and the mark, in one write", async () => {
    const { etcd, topology } = aTopology();
    expect(await topology.ensureCell(aCell())).toEqual({ result: "created" });
    expect(etcd.keys()).toEqual([cellKey, `${own}/cells/z1`, `${own}/claims/global`]);
    expect(etcd.requests).toEqual({ reads: 1, writes: 1 });
    expect(await topology.readCell("z1")).toEqual(aCell());
  });

  it("writes nothing when all is as it should be", async () => {
    const { etcd, topology } = aTopology();
    await topology.ensureCell(aCell());
    expect(await topology.ensureCell(aCell())).toEqual({ result: "unchanged" });
    expect(etcd.requests).toEqual({ reads: 2, writes: 1 });
  });

  it("updates what differs, and keeps fields that it doesn't know", async () => {
    const { etcd, topology } = aTopology();
    await topology.ensureCell(aCell());
    etcd.put(cellKey, bytesOf(fixture("a cell with fields of a newer version")));
    expect(await topology.ensureCell(aCell())).toEqual({ result: "updated" });
    expect(await topology.readCell("z1")).toEqual(aCell());
    expect(Buffer.from(etcd.get(cellKey) ?? []).toString()).toContain("from a newer Multigres");
    expect(await topology.ensureCell(aCell())).toEqual({ result: "unchanged" });
  });

  it("mends a record of ours whose bytes were damaged", async () => {
    const { etcd, topology } = aTopology();
    await topology.ensureCell(aCell());
    etcd.put(cellKey, Buffer.from("ffff", "hex"));
    await expect(topology.readCell("z1")).rejects.toThrow(MalformedRecordError);
    expect(await topology.ensureCell(aCell())).toEqual({ result: "updated" });
  });

  it("leaves a record alone that someone else wrote differently", async () => {
    const { etcd, topology } = aTopology();
    const theirs = cellBytes({ root: "/elsewhere" });
    etcd.put(cellKey, theirs);
    const result = await topology.ensureCell(aCell());
    expect(result).toMatchObject({ result: "foreign", key: cellKey, claim: undefined });
    expect(etcd.get(cellKey)).toBe(theirs);
    expect(etcd.requests.writes).toBe(0);
  });

  it("is content with a record of someone else that says the same, and doesn't make it its own", async () => {
    const { etcd, topology } = aTopology();
    etcd.put(cellKey, cellBytes());
    expect(await topology.ensureCell(aCell())).toEqual({ result: "unchanged" });
    expect(await topology.ensureCell(aCell({ root: "/new" }))).toMatchObject({ result: "foreign" });
    expect(await topology.removeCell("z1")).toMatchObject({ result: "foreign" });
    // The root is claimed all the same: another cluster must notice.
    expect(await aTopology({ etcd, owner: other }).topology.ensureCell(aCell())).toMatchObject({ result: "foreign" });
  });

  it("makes anew what someone deleted", async () => {
    const { etcd, topology } = aTopology();
    await topology.ensureCell(aCell());
    etcd.apply([{ delete: cellKey }]);
    expect(await topology.ensureCell(aCell())).toEqual({ result: "created" });
    etcd.apply([{ delete: cellKey }]);
    etcd.put(cellKey, cellBytes({ root: "/theirs" }));
    expect(await topology.ensureCell(aCell())).toMatchObject({ result: "foreign", key: cellKey });
  });

  it("lets two clusters with the same address and root not mix, whatever their cells are called", async () => {
    const { etcd, topology } = aTopology();
    await topology.ensureCell(aCell());
    const second = aTopology({ etcd, owner: other }).topology;
    for (const name of ["z1", "z2"]) {
      const result = await second.ensureCell(aCell({ name }));
      expect(result).toMatchObject({ result: "foreign", key: `${own}/claims/global`, claim: { owner: anOwner() } });
    }
    expect(await second.ensureDatabase(aDatabase())).toMatchObject({ result: "foreign" });
    expect(await second.removeCell("z1")).toMatchObject({ result: "foreign" });
    expect(await second.release()).toMatchObject({ result: "foreign" });
    expect(etcd.requests.writes).toBe(1);
  });

  it("recognises its records after the cluster was deleted and made again", async () => {
    const { etcd, topology } = aTopology();
    await topology.ensureCell(aCell());
    const again = aTopology({ etcd, owner: anOwner({ uid: "uid-2" }) }).topology;
    expect(await again.listOwn()).toEqual({ cells: ["z1"], databases: [] });
    expect(await again.ensureCell(aCell())).toEqual({ result: "unchanged" });
    expect(Buffer.from(etcd.get(`${own}/claims/global`) ?? []).toString()).toContain("uid-2");
    expect(await again.ensureCell(aCell({ root: "/new" }))).toEqual({ result: "updated" });
    expect(await again.removeCell("z1")).toEqual({ result: "removed" });
  });

  it("begins anew when others were faster, and says so when they always are", async () => {
    const { etcd, topology } = aTopology();
    let left = 3;
    etcd.beforeWrite = () => {
      if (left-- > 0) etcd.put(`${own}/claims/cell`, Buffer.from(etcd.get(`${own}/claims/cell`) ?? claimOf("z9")));
    };
    expect(await topology.ensureCell(aCell())).toEqual({ result: "created" });
    left = Number.POSITIVE_INFINITY;
    await expect(topology.ensureCell(aCell({ root: "/new" }))).rejects.toThrow(ContendedError);
  });

  it("doesn't overwrite what someone writes between its look and its write", async () => {
    const { etcd, topology } = aTopology();
    const theirs = cellBytes({ root: "/theirs" });
    etcd.beforeWrite = () => {
      etcd.beforeWrite = undefined;
      etcd.put(cellKey, theirs);
    };
    expect(await topology.ensureCell(aCell())).toMatchObject({ result: "foreign", key: cellKey });
    expect(etcd.get(cellKey)).toBe(theirs);
  });

  it("hands on that etcd is away", async () => {
    const { etcd, topology } = aTopology();
    etcd.failure = new UnreachableError([]);
    await expect(topology.ensureCell(aCell())).rejects.toBe(etcd.failure);
  });

  it("refuses a name that would lead elsewhere, as a rejection", async () => {
    await expect(aTopology().topology.ensureCell(aCell({ name: "a/b" }))).rejects.toThrow(InvalidSettingError);
  });
});

describe("removeCell", () => {
  it("removes record and mark, once", async () => {
    const { etcd, topology } = aTopology();
    await topology.ensureCell(aCell());
    expect(await topology.removeCell("z1")).toEqual({ result: "removed" });
    expect(etcd.keys()).toEqual([`${own}/claims/global`]);
    expect(await topology.removeCell("z1")).toEqual({ result: "absent" });
  });

  it("waits for databases that still name the cell, whoever wrote them", async () => {
    const { etcd, topology } = aTopology();
    await topology.ensureCell(aCell());
    await topology.ensureDatabase(aDatabase({ cells: ["z2"] }));
    etcd.put(`${root}/databases/theirs/Database`, databaseCodec.edit(aDatabase({ cells: ["z1"] }), undefined).bytes);
    etcd.put(`${root}/databases/broken/Database`, Buffer.from("ffff", "hex"));
    expect(await topology.removeCell("z1")).toEqual({ result: "inUse", databases: ["broken", "theirs"] });
    expect(etcd.get(cellKey)).toBeDefined();
  });

  it("sees a database that begins to name the cell in the last moment", async () => {
    const { etcd, topology } = aTopology();
    await topology.ensureCell(aCell());
    await topology.ensureDatabase(aDatabase({ cells: ["z2"] }));
    etcd.beforeWrite = () => {
      etcd.beforeWrite = undefined;
      etcd.put(databaseKey, databaseCodec.edit(aDatabase({ cells: ["z1"] }), undefined).bytes);
    };
    expect(await topology.removeCell("z1")).toEqual({ result: "inUse", databases: ["prod_db"] });
  });

  it("forgets the mark of a record that someone else removed", async () => {
    const { etcd, topology } = aTopology();
    await topology.ensureCell(aCell());
    etcd.apply([{ delete: cellKey }]);
    expect(await topology.removeCell("z1")).toEqual({ result: "absent" });
    expect(await topology.listOwn()).toEqual({ cells: [], databases: [] });
  });

  it("leaves a record alone that someone else wrote", async () => {
    const { etcd, topology } = aTopology();
    etcd.put(cellKey, cellBytes());
    expect(await topology.removeCell("z1")).toMatchObject({ result: "foreign", key: cellKey });
    expect(etcd.keys()).toEqual([cellKey]);
  });
});

describe("databases", () => {
  it("are created, found again, updated and removed", async () => {
    const { etcd, topology } = aTopology();
    expect(await topology.ensureDatabase(aDatabase())).toEqual({ result: "created" });
    expect(etcd.keys()).toEqual([databaseKey, `${own}/claims/global`, `${own}/databases/prod_db`]);
    expect(await topology.readDatabase("prod_db")).toEqual(aDatabase());
    expect(await topology.ensureDatabase(aDatabase({ cells: ["z1"] }))).toEqual({ result: "updated" });
    expect(await topology.listOwn()).toEqual({ cells: [], databases: ["prod_db"] });
    expect(await topology.removeDatabase("prod_db", { shardInitClaims: false })).toEqual({ result: "removed" });
    expect(await topology.readDatabase("prod_db")).toBeUndefined();
    expect(etcd.keys()).toEqual([`${own}/claims/global`]);
  });

  it("keep what their shards' initialisation left, unless that is asked for", async () => {
    const { etcd, topology } = aTopology();
    const lock = `${root}/databases/prod_db/default/0-inf/locks/1`;
    const neighbour = `${root}/databases/prod_db2/default/0-inf/ShardInitClaim`;
    for (const key of [claimKey, lock, neighbour]) etcd.put(key, Buffer.from("x"));
    await topology.ensureDatabase(aDatabase());
    await topology.removeDatabase("prod_db", { shardInitClaims: false });
    expect(etcd.get(claimKey)).toBeDefined();
    expect(await topology.removeDatabase("prod_db", { shardInitClaims: true })).toEqual({ result: "absent" });
    expect(etcd.keys()).toEqual([lock, neighbour, `${own}/claims/global`]);
  });

  it("of others keep theirs in any case", async () => {
    const { etcd, topology } = aTopology();
    etcd.put(claimKey, Buffer.from("x"));
    expect(await topology.removeDatabase("prod_db", { shardInitClaims: true })).toEqual({ result: "absent" });
    await topology.ensureCell(aCell());
    etcd.put(databaseKey, databaseCodec.edit(aDatabase(), undefined).bytes);
    const result = await topology.removeDatabase("prod_db", { shardInitClaims: true });
    expect(result).toMatchObject({ result: "foreign", key: databaseKey });
    expect(etcd.get(claimKey)).toBeDefined();
  });
});

describe("release", () => {
  it("gives the root to the next cluster, once nothing of ours is left", async () => {
    const { etcd, topology } = aTopology();
    expect(await topology.release()).toEqual({ result: "absent" });
    await topology.ensureCell(aCell());
    expect(await topology.release()).toEqual({ result: "inUse", keys: [`${own}/cells/z1`] });
    await topology.removeCell("z1");
    expect(await topology.release()).toEqual({ result: "released" });
    expect(etcd.keys()).toEqual([]);
    expect(await aTopology({ etcd, owner: other }).topology.ensureCell(aCell())).toEqual({ result: "created" });
  });
});

function claimOf(cell: string): Uint8Array {
  return Buffer.from(JSON.stringify({ owner: anOwner(), cell }));
}
