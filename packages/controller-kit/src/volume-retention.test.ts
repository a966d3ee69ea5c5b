import { describe, expect, it } from "vitest";
import { isOwnedBy, tableGroupOwner, volumesChangeOwner, volumesGoWithCluster } from "./volume-retention.ts";

const cluster = { name: "demo", uid: "cluster-uid" };
const owner = { apiVersion: "multigres.com/v1alpha1", kind: "MultigresCluster", name: "demo", uid: "cluster-uid" };
const tableGroup = tableGroupOwner({ metadata: { name: "db-default", uid: "tablegroup-uid" } });
const other = { apiVersion: "v1", kind: "ConfigMap", name: "c", uid: "c-uid" };
const claim = (...ownerReferences: (typeof owner)[]) => ({
  metadata: { namespace: "t1", name: "data", uid: "u", ownerReferences },
});

describe("volumes", () => {
  it.each([
    ["that are to go with their cluster get it as owner, besides others", [claim(other)], true, [[other, owner]]],
    ["that have it are left alone", [claim(owner)], true, []],
    ["that are to stay lose it, and no other owner", [claim(other, owner)], false, [[other]]],
    ["that were given to a TableGroup are left to it", [claim(tableGroup), claim(other, tableGroup)], true, []],
    ["that stay anyway are left alone", [claim(other), claim()], false, []],
    [
      "of another cluster of the name aren't its",
      [claim({ ...owner, uid: "older" })],
      true,
      [[{ ...owner, uid: "older" }, owner]],
    ],
  ])("%s", (_, claims, go, owners) => {
    const writes = volumesGoWithCluster(claims, cluster, go);
    expect(writes.map(({ write, object }) => [write, object.metadata?.uid, object.metadata?.ownerReferences])).toEqual(
      owners.map((references) => ["patch", "u", references]),
    );
  });

  it.each([
    ["are given away by the owner who has them", [claim(other, owner)], tableGroup, [[other, tableGroup]]],
    ["are given to nobody", [claim(owner)], undefined, [[]]],
    ["of which there is nothing to take are left alone", [claim(other), claim(tableGroup), claim()], tableGroup, []],
    ["have their new owner once", [claim(tableGroup, owner)], tableGroup, [[tableGroup]]],
    ["of another cluster of the name aren't taken", [claim({ ...owner, uid: "older" })], tableGroup, []],
  ])("that change their owner: %s", (_, claims, to, owners) => {
    const writes = volumesChangeOwner(claims, owner, to);
    expect(writes.map(({ write, object }) => [write, object.metadata?.uid, object.metadata?.ownerReferences])).toEqual(
      owners.map((references) => ["patch", "u", references]),
    );
  });

  it("are owned by who is among their owners, by UID", () => {
    expect(isOwnedBy(claim(other, owner), owner)).toBe(true);
    expect(isOwnedBy(claim(other, { ...owner, uid: "older" }), owner)).toBe(false);
    expect(isOwnedBy({ metadata: {} }, owner)).toBe(false);
  });

  it("never keep the cluster from being deleted", () => {
    const [write] = volumesGoWithCluster([claim()], cluster, true);
    expect(write?.object.metadata?.ownerReferences?.[0]).not.toHaveProperty("blockOwnerDeletion");
  });
});
