import { describe, expect, it } from "vitest";
import { Keys } from "../keys.ts";
import { anOwner } from "../testing/builders.ts";
import { decideClaim } from "./claims.ts";
import { isOurRecord } from "./marks.ts";
import { type Claim, decodeClaim, encodeClaim, isSameOwner } from "./owner.ts";

const keys = new Keys("/multigres/global");
const me = anOwner();
const recreated = anOwner({ uid: "uid-2" });
const other = anOwner({ name: "other", uid: "uid-3" });

describe("isSameOwner", () => {
  it.each([
    ["the same object", me, true],
    ["the same cluster made again after its deletion", recreated, true],
    [
      "the same object, after what tells Kubernetes clusters apart has changed",
      anOwner({ kubernetesCluster: "new" }),
      true,
    ],
    ["the same name in another namespace", anOwner({ namespace: "b", uid: "uid-4" }), false],
    [
      "the same namespace and name in another Kubernetes cluster",
      anOwner({ kubernetesCluster: "b", uid: "uid-4" }),
      false,
    ],
    ["another name", other, false],
  ])("%s", (_, owner, expected) => {
    expect(isSameOwner(me, owner)).toBe(expected);
    expect(isSameOwner(owner, me)).toBe(expected);
  });
});

describe("claims", () => {
  const entry = (key: string, value: Uint8Array) => ({ key, value, createRevision: 1n, modRevision: 1n });
  const found = ({ global, cell }: { global?: Claim | "garbage"; cell?: Claim }) => ({
    global: global && entry(keys.globalClaim(), global === "garbage" ? Buffer.from("{}") : encodeClaim(global)),
    cell: cell && entry(keys.cellClaim(), encodeClaim(cell)),
  });
  const kind = (claims: Parameters<typeof found>[0], wanted: Claim) => {
    const decision = decideClaim(found(claims), wanted, keys);
    return decision.kind === "take" ? `take ${decision.put.key.split("/").at(-1)}` : decision.kind;
  };

  it.each<[string, Parameters<typeof found>[0], Claim, string]>([
    ["a free root is taken", {}, { owner: me }, "take global"],
    ["a free root is taken for a cell", {}, { owner: me, cell: "z1" }, "take cell"],
    ["what is held stays", { global: { owner: me } }, { owner: me }, "held"],
    ["what a deleted predecessor held is taken over", { global: { owner: me } }, { owner: recreated }, "take global"],
    ["another cluster's root is left alone", { global: { owner: other } }, { owner: me }, "foreign"],
    ["also as a cell's root", { global: { owner: other } }, { owner: me, cell: "z1" }, "foreign"],
    ["another cluster's cell keeps us away", { cell: { owner: other, cell: "z1" } }, { owner: me }, "foreign"],
    ["also from the same cell name", { cell: { owner: other, cell: "z1" } }, { owner: me, cell: "z1" }, "foreign"],
    [
      "two cells of one cluster can't share a root",
      { cell: { owner: me, cell: "z1" } },
      { owner: me, cell: "z2" },
      "foreign",
    ],
    [
      "a cell's root may be its cluster's global one",
      { global: { owner: me } },
      { owner: me, cell: "z1" },
      "take cell",
    ],
    ["and the other way round", { cell: { owner: me, cell: "z1" } }, { owner: me }, "take global"],
    ["a claim that can't be read is somebody's", { global: "garbage" }, { owner: me }, "foreign"],
  ])("%s", (_, claims, wanted, expected) => {
    expect(kind(claims, wanted)).toBe(expected);
  });

  it("say in words whose the root is and what to do", () => {
    const decision = decideClaim(found({ cell: { owner: other, cell: "z1" } }), { owner: me, cell: "z2" }, keys);
    expect(decision).toEqual({
      kind: "foreign",
      foreign: {
        result: "foreign",
        key: "/multigres/global/multigres-operator/claims/cell",
        claim: { owner: other, cell: "z1" },
        message:
          "Root path /multigres/global in etcd is in use by cell z1 of MultigresCluster default/other (uid uid-3): choose another root path, or, if that is gone, delete all keys under /multigres/global/",
      },
    });
  });

  it.each(["", "x", "null", "[]", "{}", '{"owner":{}}', '{"owner":null}', '{"owner":{"namespace":1}}'])(
    "%j is none",
    (text) => {
      expect(decodeClaim(Buffer.from(text))).toBeUndefined();
    },
  );

  it("are read as they were written", () => {
    for (const claim of [{ owner: me }, { owner: me, cell: "z1" }]) {
      expect(decodeClaim(encodeClaim(claim))).toEqual(claim);
    }
  });
});

describe("isOurRecord", () => {
  const record = (createRevision: bigint, modRevision: bigint) => ({
    key: "/r",
    value: new Uint8Array(),
    createRevision,
    modRevision,
  });
  const mark = (modRevision: bigint, owner = me) => ({
    key: "/m",
    value: encodeClaim({ owner }),
    createRevision: 1n,
    modRevision,
  });

  it.each([
    ["created by us", record(5n, 5n), mark(5n), true],
    ["updated by us", record(5n, 9n), mark(9n), true],
    ["edited by someone else since", record(5n, 9n), mark(5n), true],
    ["deleted and written anew by someone else", record(7n, 7n), mark(5n), false],
    ["without a mark", record(5n, 5n), undefined, false],
    ["with another cluster's mark", record(5n, 5n), mark(5n, other), false],
    ["with the mark of a cluster that we are made again from", record(5n, 5n), mark(5n, recreated), true],
  ])("%s", (_, written, found, expected) => {
    expect(isOurRecord(written, found, me)).toBe(expected);
  });
});
