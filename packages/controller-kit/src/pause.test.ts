import { annotations } from "@multigres/api-types";
import { describe, expect, it } from "vitest";
import { child } from "./desired-object.ts";
import { kinds } from "./kinds.ts";
import { objectsWhilePaused, objectsWithoutPause } from "./pause.ts";
import type { KubernetesObject, ResourceKind } from "./resource.ts";
import { storesWith } from "./testing/stores.ts";

const kind = kinds.Cell as ResourceKind;
const owner: KubernetesObject = { metadata: { namespace: "t1", name: "demo", uid: "u" } };

function aCell(paused: string | undefined, size: number, uid = "u"): KubernetesObject & { spec: unknown } {
  return {
    apiVersion: "multigres.com/v1alpha1",
    kind: "Cell",
    metadata: {
      namespace: "t1",
      name: "demo-z1",
      ...(paused !== undefined && { annotations: { [annotations.paused]: paused } }),
      ownerReferences: [{ apiVersion: "a", kind: "MultigresCluster", name: "demo", uid, controller: true }],
    },
    spec: { size },
  };
}

const desired = child(kind, aCell(undefined, 2));
const storesOf = (...live: KubernetesObject[]) => storesWith({ primary: kind, watches: [] }, ...live);
const summary = ({ object }: { object: KubernetesObject & { spec?: unknown } }) => ({
  spec: object.spec,
  paused: object.metadata?.annotations?.[annotations.paused],
});

describe("while its owner is paused a child", () => {
  it.each([
    ["is paused, its spec left as it is", [aCell(undefined, 1)], [{ spec: { size: 1 }, paused: "by-owner" }]],
    ["stays paused", [aCell("by-owner", 1)], [{ spec: { size: 1 }, paused: "by-owner" }]],
    ["that a person paused is left alone", [aCell("true", 1)], []],
    ["that doesn't exist isn't made", [], []],
    ["of somebody else is left alone", [aCell(undefined, 1, "another")], []],
  ])("%s", (_, live, written) => {
    expect(objectsWhilePaused(owner, [desired], storesOf(...live)).map(summary)).toEqual(written);
  });
});

describe("once its owner isn't paused any more a child", () => {
  it.each([
    ["that was paused with it isn't, either", "by-owner", "false"],
    ["that a person paused stays so", "true", undefined],
    ["that wasn't paused is as always", undefined, undefined],
  ])("%s", (_, before, after) => {
    expect(objectsWithoutPause([desired], storesOf(aCell(before, 1))).map(summary)).toEqual([
      { spec: { size: 2 }, paused: after },
    ]);
  });
});
