import { expect, test } from "vitest";
import { controllerKeys } from "./controller-keys.ts";
import { kinds } from "./kinds.ts";

const ownedBy = (apiVersion: string, kind: string, controller = true) => ({
  metadata: { namespace: "t1", ownerReferences: [{ apiVersion, kind, name: "a", uid: "u", controller }] },
});

test.each([
  ["its controller", ownedBy("multigres.com/v1alpha1", "Cell"), ["t1/a"]],
  ["its controller, written as another version", ownedBy("multigres.com/v1", "Cell"), ["t1/a"]],
  ["no controller of another kind", ownedBy("multigres.com/v1alpha1", "Shard"), []],
  ["no controller of another group", ownedBy("example.com/v1alpha1", "Cell"), []],
  ["no owner that doesn't control it", ownedBy("multigres.com/v1alpha1", "Cell", false), []],
  ["nobody", { metadata: { namespace: "t1" } }, []],
])("an object leads to %s", (_, object, keys) => {
  expect(controllerKeys(object, kinds.Cell)).toEqual(keys);
});
