import { describe, expect, it } from "vitest";
import { volumesGoWithCluster } from "./volume-retention.ts";

const cluster = { name: "demo", uid: "cluster-uid" };
const owner = { apiVersion: "multigres.com/v1alpha1", kind: "MultigresCluster", name: "demo", uid: "cluster-uid" };
const other = { apiVersion: "v1", kind: "ConfigMap", name: "c", uid: "c-uid" };
const claim = (...ownerReferences: (typeof owner)[]) => ({
  metadata: { namespace: "t1", name: "data", uid: "u", ownerReferences },
});

describe("volumes", () => {
  it.each([
    ["that are to go with their cluster get it as owner, besides others", [claim(other)], true, [[other, owner]]],
    ["that have it are left alone", [claim(owner)], true, []],
    ["that are to stay lose it, and no other owner", [claim(other, owner)], false, [[other]]],
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

  it("never keep the cluster from being deleted", () => {
    const [write] = volumesGoWithCluster([claim()], cluster, true);
    expect(write?.object.metadata?.ownerReferences?.[0]).not.toHaveProperty("blockOwnerDeletion");
  });
});
