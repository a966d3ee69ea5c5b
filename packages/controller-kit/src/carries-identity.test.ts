import { describe, expect, test } from "vitest";
import { carriesIdentityOf } from "./carries-identity.ts";
import { kinds } from "./kinds.ts";

const identity = { "app.kubernetes.io/component": "multigateway", "multigres.com/cell": "z1" };
const carried = { ...identity, "app.kubernetes.io/managed-by": "multigres-operator" };

describe("carriesIdentityOf", () => {
  const desired = { metadata: { labels: carried }, spec: { selector: { matchLabels: identity } } };

  test.each([
    ["the same object with more labels", { ...desired, metadata: { labels: { ...carried, more: "x" } } }, true],
    ["an object that lacks a label", { ...desired, metadata: { labels: identity } }, false],
    [
      "an object with another label value",
      { ...desired, metadata: { labels: { ...carried, "multigres.com/cell": "z2" } } },
      false,
    ],
    ["an object that selects other pods", { ...desired, spec: { selector: { matchLabels: {} } } }, false],
    [
      "an object that selects more narrowly",
      { ...desired, spec: { selector: { matchLabels: { ...identity, a: "b" } } } },
      false,
    ],
    ["an object without labels", { spec: desired.spec }, false],
  ])("of %s", (_, live, same) => {
    expect(carriesIdentityOf(kinds.Deployment, desired)(live)).toBe(same);
  });

  test("compares a Service's selector too", () => {
    const gateway = { metadata: { labels: carried }, spec: { selector: identity } };
    expect(carriesIdentityOf(kinds.Service, gateway)(structuredClone(gateway))).toBe(true);
    expect(carriesIdentityOf(kinds.Service, gateway)({ ...gateway, spec: { selector: { app: "other" } } })).toBe(false);
  });

  test("never takes anything for a desired object without labels", () => {
    expect(carriesIdentityOf(kinds.Deployment, {})({})).toBe(false);
  });

  const shard = {
    metadata: { labels: carried },
    spec: { cluster: { name: "demo", uid: "u1" }, database: "a_b", tableGroup: "default", shard: 0, pools: [{}] },
  };

  test.each([
    ["the same child of a cluster that was made again", { cluster: { name: "demo", uid: "u2" }, pools: [] }, true],
    ["a child of another cluster", { cluster: { name: "other", uid: "u1" } }, false],
    ["a child of another database", { database: "a-b" }, false],
    ["a child with another index", { shard: 1 }, false],
    ["a child that says nothing of itself", { cluster: undefined, database: undefined }, false],
  ])("of %s", (_, spec, same) => {
    const live = { ...shard, spec: { ...shard.spec, ...spec } };
    expect(carriesIdentityOf(kinds.Shard, shard)(live)).toBe(same);
  });

  test("tells a cell's topology server from the global one", () => {
    const global = { metadata: { labels: carried }, spec: { cluster: { name: "demo" } } };
    const local = { ...global, spec: { ...global.spec, cell: "z1" } };
    expect(carriesIdentityOf(kinds.TopoServer, global)(structuredClone(global))).toBe(true);
    expect(carriesIdentityOf(kinds.TopoServer, global)(local)).toBe(false);
    expect(carriesIdentityOf(kinds.TopoServer, local)(global)).toBe(false);
  });
});
