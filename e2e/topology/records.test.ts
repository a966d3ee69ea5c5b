import { readFileSync } from "node:fs";
import {
  type CellRecord,
  cellTopology,
  createEtcdClient,
  type DesiredDatabase,
  durabilityPolicyRecord,
  type EtcdClient,
  globalTopology,
  type Owner,
  parseDialOverrides,
} from "@multigres/topology";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Etcd, patience, startEtcd } from "./etcd.ts";

let etcd: Etcd;
let client: EtcdClient;
let root: string;
let count = 0;
beforeAll(async () => {
  etcd = await startEtcd();
  client = createEtcdClient({ addresses: [etcd.address], ...patience });
});
beforeEach(() => {
  root = `/test-${++count}/global`;
});
afterAll(async () => {
  client?.close();
  await etcd?.stop();
});

const owner: Owner = { kubernetesCluster: "k8s-1", namespace: "default", name: "example", uid: "uid-1" };
const other: Owner = { ...owner, namespace: "other", uid: "uid-2" };

const records = JSON.parse(
  readFileSync(new URL("../../packages/topology/testdata/records.json", import.meta.url), "utf8"),
) as readonly { name: string; key: string; hex: string; message: string }[];

function fixture(name: string) {
  const found = records.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found;
}

const globalServer = "example-multigres-cluster-global-client.default.svc:2379";
const cell: CellRecord = { name: "us-east-1a", serverAddresses: [globalServer], root: "/multigres/global" };
const localCell: CellRecord = {
  name: "us-east-1b",
  serverAddresses: ["etcd-0.example.com:2379", "etcd-1.example.com:2379", "[2001:db8::1]:2379"],
  root: "/multigres/us-east-1b",
};
const database: DesiredDatabase = {
  name: "production_db",
  backupLocation: { kind: "filesystem", path: "/backups/default/example/production_db/default/0-inf" },
  cells: ["us-east-1a", "us-east-1b"],
  durabilityPolicy: durabilityPolicyRecord("AT_LEAST_2"),
};
const s3Database: DesiredDatabase = {
  name: "analytics_db",
  backupLocation: {
    kind: "s3",
    bucket: "backups",
    region: "eu-central-1",
    endpoint: "https://minio.example.com:9000",
    keyPrefix: "default/demo/production_db/default/0-inf/",
    useEnvCredentials: true,
  },
  cells: ["us-east-1a", "us-east-1b", "us-east-1c"],
  durabilityPolicy: durabilityPolicyRecord("MULTI_CELL_AT_LEAST_2"),
};

/** All of Multigres' keys below the root with their bytes, asked for without the package under test. */
async function stored(prefix: string): Promise<Record<string, string>> {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const answer = await fetch(`http://${etcd.address}/v3/kv/range`, {
    method: "POST",
    body: JSON.stringify({ key: base64(`${prefix}/`), range_end: base64(`${prefix}0`) }),
  });
  const { kvs = [] } = (await answer.json()) as { kvs?: readonly { key: string; value?: string }[] };
  const entries = kvs.map(({ key, value = "" }): [string, string] => [
    Buffer.from(key, "base64")
      .toString()
      .slice(prefix.length + 1),
    Buffer.from(value, "base64").toString("hex"),
  ]);
  return Object.fromEntries(entries.filter(([key]) => !key.startsWith("multigres-operator/")));
}

async function plant(key: string, hex: string): Promise<void> {
  const [found] = (await client.read([{ key }])).ranges[0];
  await client.write([{ key, modRevision: found?.modRevision }], [{ put: key, value: Buffer.from(hex, "hex") }]);
}

describe("records in a real etcd", () => {
  it("stand under Multigres' keys, byte for byte as Multigres writes them", async () => {
    const topology = globalTopology({ kv: client, root, owner });
    for (const each of [cell, localCell]) expect(await topology.ensureCell(each)).toEqual({ result: "created" });
    for (const each of [database, s3Database]) {
      expect(await topology.ensureDatabase(each)).toEqual({ result: "created" });
    }
    const expected = [
      "a cell on the global topology server",
      "a cell with three servers of its own",
      "a database with backups in a file system",
      "a database with backups in S3",
    ].map((name) => fixture(name));
    expect(await stored(root)).toEqual(Object.fromEntries(expected.map(({ key, hex }) => [key, hex])));
  });

  it("live from creation to removal, and leave nothing", async () => {
    const requests: string[] = [];
    const observed = createEtcdClient({
      addresses: [etcd.address],
      ...patience,
      observe: ({ operation }) => requests.push(operation),
    });
    const topology = globalTopology({ kv: observed, root, owner });
    await topology.ensureCell(cell);
    await topology.ensureDatabase(database);
    expect(requests).toEqual(["read", "write", "read", "write"]);
    requests.length = 0;
    expect(await topology.ensureCell(cell)).toEqual({ result: "unchanged" });
    expect(await topology.ensureDatabase(database)).toEqual({ result: "unchanged" });
    expect(requests).toEqual(["read", "read"]);

    expect(await topology.ensureCell({ ...cell, root: "/new" })).toEqual({ result: "updated" });
    expect(await topology.readCell(cell.name)).toEqual({ ...cell, root: "/new" });
    expect(await topology.removeCell(cell.name)).toEqual({ result: "inUse", databases: ["production_db"] });
    expect(await topology.ensureDatabase({ ...database, cells: ["us-east-1b"] })).toEqual({ result: "updated" });
    expect(await topology.removeCell(cell.name)).toEqual({ result: "removed" });
    expect(await topology.release()).toMatchObject({ result: "inUse" });

    const claim = `${root}/databases/production_db/default/0-inf/ShardInitClaim`;
    await plant(claim, "0a00");
    expect(await topology.removeDatabase("production_db", { shardInitClaims: true })).toEqual({ result: "removed" });
    expect(await topology.release()).toEqual({ result: "released" });
    expect((await client.read([{ prefix: `${root}/` }])).ranges).toEqual([[]]);
    observed.close();
  });

  it("keep fields that this version doesn't know when they are rewritten", async () => {
    const topology = globalTopology({ kv: client, root, owner });
    await topology.ensureDatabase(database);
    const newer = fixture("a database with fields of a newer version at every level");
    await plant(`${root}/${newer.key}`, newer.hex);
    expect(await topology.ensureDatabase(database)).toEqual({ result: "updated" });
    const unknown = Buffer.from("from a newer Multigres").toString("hex");
    // In the record, the location and the policy; the S3 bucket is gone with what was in it.
    expect((await stored(root))[newer.key]?.split(unknown)).toHaveLength(4);
    expect(await topology.readDatabase(database.name)).toEqual(database);
  });

  it("are created once, however many controllers of one cluster try at the same time", async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        globalTopology({ kv: client, root, owner }).ensureCell({ ...cell, name: index % 2 === 0 ? "a" : "b" }),
      ),
    );
    const counted = results.map(({ result }) => result).sort();
    expect(counted).toEqual(["created", "created", ...Array.from({ length: 6 }, () => "unchanged")]);
  });

  it("are one cluster's, however many clusters try at the same time", async () => {
    const owners = [owner, other, { ...owner, kubernetesCluster: "k8s-2", uid: "uid-3" }];
    const results = await Promise.all(
      owners.map((each, index) =>
        globalTopology({ kv: client, root, owner: each }).ensureCell({ ...cell, name: `z${index}` }),
      ),
    );
    expect(results.map(({ result }) => result).sort()).toEqual(["created", "foreign", "foreign"]);
    expect(Object.keys(await stored(root))).toHaveLength(1);
  });

  it("of a cluster are found again by the one that is made again under its name", async () => {
    await globalTopology({ kv: client, root, owner }).ensureDatabase(database);
    const again = globalTopology({ kv: client, root, owner: { ...owner, uid: "uid-9" } });
    expect(await again.listOwn()).toEqual({ cells: [], databases: ["production_db"] });
    expect(await again.ensureDatabase(database)).toEqual({ result: "unchanged" });
    expect(await again.removeDatabase(database.name, { shardInitClaims: false })).toEqual({ result: "removed" });
  });

  it("of poolers are listed, pruned and cleared", async () => {
    const components = records.filter(({ message }) => message.startsWith("Multi"));
    for (const { key, hex } of components) await plant(`${root}/${key}`, hex);
    const topology = cellTopology({ kv: client, root, cell: "us-east-1a", owner });
    const { poolers, malformed } = await topology.listPoolers();
    expect(malformed).toEqual([]);
    expect(poolers.map(({ id, role }) => [id.name, role])).toEqual([
      ["main-0a1b2c3d-0", "PRIMARY"],
      ["main-0a1b2c3d-1", "REPLICA"],
      ["main-0a1b2c3d-2", "UNKNOWN"],
    ]);
    const [first, second] = poolers;
    if (first === undefined || second === undefined) throw new Error("no poolers");
    expect(await topology.removePooler(second)).toEqual({ result: "removed" });
    await plant(first.key, components[0]?.hex ?? "");
    expect(await topology.removePooler(first)).toEqual({ result: "changed" });
    expect(await topology.removeComponents()).toEqual({ result: "removed", count: 3 });
    const left = Object.keys(await stored(root));
    expect(left).toHaveLength(components.length - 4);
    expect(left.filter((key) => key.includes("-us-east-1a-"))).toEqual([]);
  });

  it("of several hundred poolers fit through the gateway, and are cleared in batches", async () => {
    const { hex } = fixture("a primary");
    const puts = Array.from({ length: 300 }, (_, index) => ({
      put: `${root}/poolers/multipooler-us-east-1a-x-${index}/Pooler`,
      value: Buffer.from(hex, "hex"),
    }));
    for (let start = 0; start < puts.length; start += 100) {
      const [first, ...others] = puts.slice(start, start + 100);
      if (first) await client.write([{ key: first.put, modRevision: undefined }], [first, ...others]);
    }
    const topology = cellTopology({ kv: client, root, cell: "us-east-1a", owner });
    expect((await topology.listPoolers()).poolers).toHaveLength(300);
    expect(await topology.removeComponents()).toEqual({ result: "removed", count: 300 });
  });

  it("of clusters that share a test etcd stay apart below dial overrides", async () => {
    const dialOverrides = parseDialOverrides(`*-client.*.svc=${etcd.address}${root}/{host}`);
    const [first, second] = ["a", "b"].map((namespace) =>
      createEtcdClient({ addresses: [`demo-global-client.${namespace}.svc:2379`], dialOverrides, ...patience }),
    );
    if (first === undefined || second === undefined) throw new Error("no clients");
    const inFirst = globalTopology({ kv: first, root: "/multigres/global", owner });
    const inSecond = globalTopology({ kv: second, root: "/multigres/global", owner: other });
    expect(await inFirst.ensureCell(cell)).toEqual({ result: "created" });
    expect(await inSecond.ensureCell({ ...cell, root: "/b" })).toEqual({ result: "created" });
    expect(await inFirst.readCell(cell.name)).toEqual(cell);
    const key = "multigres/global/cells/us-east-1a/Cell";
    expect(await stored(root)).toMatchObject({
      [`demo-global-client.a.svc/${key}`]: fixture("a cell on the global topology server").hex,
      [`demo-global-client.b.svc/${key}`]: expect.any(String),
    });
    first.close();
    second.close();
  });
});
