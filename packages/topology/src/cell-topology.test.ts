import { describe, expect, it } from "vitest";
import { cellTopology } from "./cell-topology.ts";
import { globalTopology } from "./global-topology.ts";
import { aCell, anOwner } from "./testing/builders.ts";
import { bytesOf, fixtures } from "./testing/fixtures.ts";
import { MemoryEtcd } from "./testing/memory-etcd.ts";

const root = "/multigres/global";
const other = anOwner({ name: "other", uid: "uid-9" });

/** A topology in which the components of all fixtures have registered themselves. */
function aCellTopology({ etcd = aFullEtcd(), owner = anOwner(), cell = "us-east-1a" } = {}) {
  return { etcd, topology: cellTopology({ kv: etcd, root, cell, owner }) };
}

function aFullEtcd(): MemoryEtcd {
  const etcd = new MemoryEtcd();
  for (const each of fixtures("Multipooler", "Multigateway", "Multiorch"))
    etcd.put(`${root}/${each.key}`, bytesOf(each));
  return etcd;
}

const poolerKey = (name: string) => `${root}/poolers/multipooler-${name}/Pooler`;

describe("listPoolers", () => {
  it("finds the cell's own, though cells may share a root", async () => {
    const { poolers, malformed } = await aCellTopology().topology.listPoolers();
    expect(poolers.map(({ id }) => id.name)).toEqual(["main-0a1b2c3d-0", "main-0a1b2c3d-1", "main-0a1b2c3d-2"]);
    expect(poolers.every(({ id }) => id.cell === "us-east-1a")).toBe(true);
    expect(malformed).toEqual([]);
  });

  it("one bad record doesn't hide the others", async () => {
    const { etcd, topology } = aCellTopology();
    etcd.put(poolerKey("us-east-1a-main-0a1b2c3d-1"), Buffer.from("ffff", "hex"));
    const { poolers, malformed } = await topology.listPoolers();
    expect(poolers).toHaveLength(2);
    expect(malformed).toEqual([poolerKey("us-east-1a-main-0a1b2c3d-1")]);
  });

  it("takes nothing for a pooler that lies beside one", async () => {
    const { etcd, topology } = aCellTopology({ etcd: new MemoryEtcd() });
    etcd.put(`${root}/poolers/x/locks/1`, Buffer.from("{}"));
    etcd.put(`${root}/poolers-old/x/Pooler`, Buffer.from("ffff", "hex"));
    expect(await topology.listPoolers()).toEqual({ poolers: [], malformed: [] });
  });
});

describe("removePooler", () => {
  it("removes the record, once, and no other", async () => {
    const { etcd, topology } = aCellTopology();
    const before = etcd.keys();
    const [pooler] = (await topology.listPoolers()).poolers;
    if (pooler === undefined) throw new Error("no pooler");
    expect(await topology.removePooler(pooler)).toEqual({ result: "removed" });
    expect(await topology.removePooler(pooler)).toEqual({ result: "absent" });
    expect(etcd.keys()).toEqual(before.filter((key) => key !== pooler.key));
  });

  it("keeps a pooler that has shown itself since it was listed, or in the last moment", async () => {
    const { etcd, topology } = aCellTopology();
    const [first, second] = (await topology.listPoolers()).poolers;
    if (first === undefined || second === undefined) throw new Error("no poolers");
    etcd.put(first.key, etcd.get(first.key) ?? new Uint8Array());
    expect(await topology.removePooler(first)).toEqual({ result: "changed" });
    etcd.beforeWrite = () => {
      etcd.beforeWrite = undefined;
      etcd.put(second.key, etcd.get(second.key) ?? new Uint8Array());
    };
    expect(await topology.removePooler(second)).toEqual({ result: "changed" });
    expect(etcd.get(first.key)).toBeDefined();
    expect(etcd.get(second.key)).toBeDefined();
  });

  it("leaves a root alone that is another cluster's", async () => {
    const { etcd, topology } = aCellTopology();
    const [pooler] = (await topology.listPoolers()).poolers;
    if (pooler === undefined) throw new Error("no pooler");
    await globalTopology({ kv: etcd, root, owner: other }).ensureCell(aCell());
    expect(await topology.removePooler(pooler)).toMatchObject({ result: "foreign", claim: { owner: other } });
    expect(await topology.removeComponents()).toMatchObject({ result: "foreign" });
    expect(etcd.get(pooler.key)).toBeDefined();
  });
});

describe("removeComponents", () => {
  it("removes the cell's poolers, gateways and orchestrators, and nobody else's", async () => {
    const { etcd, topology } = aCellTopology();
    const kept = etcd.keys().filter((key) => !key.includes("-us-east-1a-"));
    expect(await topology.removeComponents()).toEqual({ result: "removed", count: 4 });
    expect(etcd.keys()).toEqual(kept);
    expect(await topology.removeComponents()).toEqual({ result: "removed", count: 0 });
  });

  it("doesn't confuse cells of which one's name begins with the other's", async () => {
    const { etcd, topology } = aCellTopology({ cell: "us-east" });
    const before = etcd.keys();
    expect(await topology.removeComponents()).toEqual({ result: "removed", count: 0 });
    expect(etcd.keys()).toEqual(before);
  });

  it("removes more than fit into one transaction", async () => {
    const etcd = new MemoryEtcd();
    const { topology } = aCellTopology({ etcd });
    const [primary] = fixtures("Multipooler");
    if (primary === undefined) throw new Error("no fixture");
    for (let index = 0; index < 250; index++) etcd.put(poolerKey(`us-east-1a-x-${index}`), bytesOf(primary));
    expect(await topology.removeComponents()).toEqual({ result: "removed", count: 250 });
    expect(etcd.requests.writes).toBe(3);
    expect(etcd.keys()).toEqual([]);
  });
});

describe("claim", () => {
  it("makes a root one cell's, until it is released", async () => {
    const etcd = new MemoryEtcd();
    const claimOf = (cell: string, owner = anOwner()) => aCellTopology({ etcd, cell, owner }).topology;
    expect(await claimOf("z1").claim()).toEqual({ result: "created" });
    expect(await claimOf("z1").claim()).toEqual({ result: "unchanged" });
    expect(await claimOf("z2").claim()).toMatchObject({ result: "foreign", claim: { cell: "z1" } });
    expect(await claimOf("z1", other).claim()).toMatchObject({ result: "foreign", claim: { owner: anOwner() } });
    expect(await claimOf("z2").release()).toMatchObject({ result: "foreign" });
    expect(await claimOf("z1", anOwner({ uid: "uid-2" })).claim()).toEqual({ result: "updated" });
    expect(await claimOf("z1").release()).toEqual({ result: "released" });
    expect(await claimOf("z1").release()).toEqual({ result: "absent" });
    expect(await claimOf("z2").claim()).toEqual({ result: "created" });
  });

  it("keeps another cluster's global topology away, and is kept away by it", async () => {
    const etcd = new MemoryEtcd();
    const { topology } = aCellTopology({ etcd });
    await topology.claim();
    const global = globalTopology({ kv: etcd, root, owner: other });
    expect(await global.ensureCell(aCell())).toMatchObject({ result: "foreign", claim: { cell: "us-east-1a" } });
    await topology.release();
    await global.ensureCell(aCell());
    expect(await topology.claim()).toMatchObject({ result: "foreign", claim: { owner: other } });
  });

  it("is content with the global root of the same cluster", async () => {
    const etcd = new MemoryEtcd();
    await globalTopology({ kv: etcd, root, owner: anOwner() }).ensureCell(aCell());
    const { topology } = aCellTopology({ etcd });
    expect(await topology.claim()).toEqual({ result: "created" });
    expect(await topology.release()).toEqual({ result: "released" });
  });
});
