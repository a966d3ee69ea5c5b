import { describe, expect, it } from "vitest";
import { MalformedRecordError } from "../errors.ts";
import { bytesOf, type Fixture, fixture, fixtures } from "../testing/fixtures.ts";
import type { BackupLocation } from "./backup-location.ts";
import { cellCodec, type CellRecord } from "./cell.ts";
import { decodeComponentId } from "./component.ts";
import { databaseCodec, type DatabaseRecord } from "./database.ts";
import { decodePooler } from "./pooler.ts";

// What protobuf's JSON of a fixture says, in our words. It leaves out zero values.

interface CellJson {
  readonly name?: string;
  readonly serverAddresses?: readonly string[];
  readonly root?: string;
}

const cellOf = ({ name = "", serverAddresses = [], root = "" }: CellJson): CellRecord => ({
  name,
  serverAddresses,
  root,
});

interface DatabaseJson {
  readonly name?: string;
  readonly cells?: readonly string[];
  readonly backupLocation?: {
    readonly filesystem?: { readonly path: string };
    readonly s3?: Omit<Extract<BackupLocation, { kind: "s3" }>, "kind">;
  };
  readonly bootstrapDurabilityPolicy?: {
    readonly policyName: string;
    readonly quorumType: string;
    readonly requiredCount: number;
    readonly description: string;
  };
}

function databaseOf({ name = "", cells = [], backupLocation, bootstrapDurabilityPolicy }: DatabaseJson) {
  const policy = bootstrapDurabilityPolicy && {
    policyName: bootstrapDurabilityPolicy.policyName,
    quorumType: bootstrapDurabilityPolicy.quorumType.replace("QUORUM_TYPE_", ""),
    requiredCount: bootstrapDurabilityPolicy.requiredCount,
    description: bootstrapDurabilityPolicy.description,
  };
  return { name, cells, backupLocation: locationOf(backupLocation), durabilityPolicy: policy } as DatabaseRecord;
}

function locationOf(location: DatabaseJson["backupLocation"]): BackupLocation | undefined {
  if (location?.filesystem !== undefined) return { kind: "filesystem", path: location.filesystem.path };
  if (location?.s3 === undefined) return undefined;
  return { kind: "s3", endpoint: "", keyPrefix: "", useEnvCredentials: false, ...location.s3 };
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const isWhole = ({ unknownFields }: Fixture) => unknownFields !== true;

describe("Cell records", () => {
  it.each(fixtures("Cell"))("$name: is read as Multigres means it", (each) => {
    expect(cellCodec.decode(each.key, bytesOf(each))).toEqual(cellOf(each.value));
  });

  it.each(fixtures("Cell").filter(isWhole))("$name: is written byte for byte as Multigres does", (each) => {
    expect(hex(cellCodec.edit(cellOf(each.value), undefined).bytes)).toBe(each.hex);
  });
});

describe("Database records", () => {
  it.each(fixtures("Database"))("$name: is read as Multigres means it", (each) => {
    expect(databaseCodec.decode(each.key, bytesOf(each))).toEqual(databaseOf(each.value));
  });

  it.each(fixtures("Database").filter(isWhole))("$name: is written byte for byte as Multigres does", (each) => {
    expect(hex(databaseCodec.edit(databaseOf(each.value), undefined).bytes)).toBe(each.hex);
  });

  it("the version of a policy and the generation of a repository stay when the record is rewritten", () => {
    const before = fixture("a database whose repository was rotated, and whose policy has a version");
    const record = databaseCodec.decode(before.key, bytesOf(before));
    const there = databaseCodec.edit({ ...record, cells: ["z1"] }, bytesOf(before)).bytes;
    const back = databaseCodec.edit(record, there);
    expect(back.changed).toBe(true);
    // policy_version 7, authoritative_generation 3, require_initial_repo_encryption
    for (const field of ["1007", "2003", "1801"]) expect(hex(there)).toContain(field);
    expect(databaseCodec.edit(record, bytesOf(before)).changed).toBe(false);
    expect(databaseCodec.edit(record, back.bytes)).toEqual({ bytes: back.bytes, changed: false });
  });

  it("moving the repository from S3 to a volume keeps what Multigres notes beside the location", () => {
    const before = fixture("a database whose repository was rotated, and whose policy has a version");
    const record = databaseCodec.decode(before.key, bytesOf(before));
    const moved = databaseCodec.edit(
      { ...record, backupLocation: { kind: "filesystem", path: "/b" } },
      bytesOf(before),
    ).bytes;
    expect(databaseCodec.decode(before.key, moved).backupLocation).toEqual({ kind: "filesystem", path: "/b" });
    // BackupLocation, field 2 of Database: filesystem{path "/b"}, then fields 3 and 4 as before.
    expect(hex(moved)).toContain("120a0a040a022f6218012003");
  });
});

describe("rewriting a record", () => {
  it.each([...fixtures("Cell"), ...fixtures("Database")])("$name: the same content is no change", (each) => {
    const codec = each.message === "Cell" ? cellCodec : databaseCodec;
    const same = edit(each, {});
    expect(same.changed).toBe(false);
    expect(codec.decode(each.key, same.bytes)).toEqual(codec.decode(each.key, bytesOf(each)));
  });

  it.each(["a cell with fields of a newer version", "a database with fields of a newer version at every level"])(
    "%s keeps them",
    (name) => {
      const before = fixture(name);
      const unknown = hex(Buffer.from("from a newer Multigres"));
      const count = (text: string) => text.split(unknown).length - 1;
      const after = edit(before, { name: "renamed" });
      expect(after.changed).toBe(true);
      expect(count(before.hex)).toBeGreaterThan(0);
      expect(count(hex(after.bytes))).toBe(count(before.hex));
      const back = edit({ ...before, hex: hex(after.bytes) }, { name: before.value["name"] as string });
      expect(edit(before, {}).bytes).toEqual(back.bytes);
    },
  );

  it("bytes that are no record are replaced", () => {
    const record = cellOf({ name: "z1", serverAddresses: ["a:1"], root: "/r" });
    const garbage = Buffer.from("ffffffff", "hex");
    expect(() => cellCodec.decode("/k", garbage)).toThrow(MalformedRecordError);
    expect(cellCodec.edit(record, garbage)).toEqual({ ...cellCodec.edit(record, undefined), changed: true });
  });

  it("the order of addresses counts, since Multigres reconnects when it changes", () => {
    const record = cellOf({ name: "z1", serverAddresses: ["a:1", "b:1"], root: "/r" });
    const { bytes } = cellCodec.edit(record, undefined);
    expect(cellCodec.edit({ ...record, serverAddresses: ["b:1", "a:1"] }, bytes).changed).toBe(true);
  });

  function edit(each: Fixture, fields: { name?: string }) {
    const bytes = bytesOf(each);
    return each.message === "Cell"
      ? cellCodec.edit({ ...cellCodec.decode(each.key, bytes), ...fields }, bytes)
      : databaseCodec.edit({ ...databaseCodec.decode(each.key, bytes), ...fields }, bytes);
  }
});

describe("pooler records", () => {
  const read = (name: string) => {
    const each = fixture(name);
    return decodePooler(each.key, bytesOf(each), 7n);
  };

  it("a primary is read with all that pruning asks for", () => {
    expect(read("a primary")).toEqual({
      key: "poolers/multipooler-us-east-1a-main-0a1b2c3d-0/Pooler",
      modRevision: 7n,
      id: { component: "multipooler", cell: "us-east-1a", name: "main-0a1b2c3d-0" },
      shardKey: { database: "production_db", tableGroup: "default", shard: "0-inf" },
      hostname: "main-0a1b2c3d-0.default.svc",
      lifecycle: { status: "ACTIVE", reason: "postgres is responding" },
      servingStatus: "SERVING",
      role: "PRIMARY",
    });
  });

  it.each([
    ["a replica that drains", { status: "ACTIVE", servingStatus: "DRAINING", role: "REPLICA" }],
    ["a pooler that starts", { status: "STARTING", servingStatus: "SERVING", role: "UNKNOWN" }],
    ["a pooler that was shut down", { status: "SHUTDOWN", servingStatus: "DISABLED", role: "UNKNOWN" }],
    ["a pooler in quarantine", { status: "QUARANTINED", servingStatus: "SERVING", role: "UNKNOWN" }],
    ["a pooler with enum values of a newer version", { status: "UNKNOWN", servingStatus: "SERVING", role: "UNKNOWN" }],
    ["an empty pooler", { status: "UNKNOWN", servingStatus: "SERVING", role: "UNKNOWN" }],
  ])("%s", (name, expected) => {
    const { lifecycle, servingStatus, role } = read(name);
    expect({ status: lifecycle.status, servingStatus, role }).toEqual(expected);
  });

  it.each(fixtures("Multipooler", "Multigateway", "Multiorch"))("$name: its key follows from its id", (each) => {
    const { component, cell, name } = decodeComponentId(each.key, bytesOf(each));
    const id = each.value["id"] as { component?: unknown; cell?: string; name?: string } | undefined;
    expect({ cell, name }).toEqual({ cell: id?.cell ?? "", name: id?.name ?? "" });
    if (component !== "unknown") expect(each.key.split("/")[1]).toBe(`${component}-${cell}-${name}`);
  });
});
