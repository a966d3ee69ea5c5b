import type { KubernetesObject, Stores } from "@multigres/controller-kit";
import { expect, test } from "vitest";
import { aLiveShard, aTableGroup } from "./testing/builders.ts";
import { watches } from "./watches.ts";

const stores: Stores = {
  of: () => {
    throw new Error("no store is needed");
  },
};

function wokenBy(shard: KubernetesObject) {
  return watches[0]?.wakes?.(shard, stores);
}

test("a Shard wakes the TableGroup that controls it", () => {
  expect(wokenBy(aLiveShard(aTableGroup(), 12))).toEqual(["t1/prod-db-default"]);
});

test("a stranger's Shard wakes the TableGroup that wants its name", () => {
  expect(wokenBy({ metadata: { namespace: "t1", name: "prod-db-default-0" } })).toEqual(["t1/prod-db-default"]);
});

test("a Shard of no such name wakes nobody", () => {
  expect(wokenBy({ metadata: { namespace: "t1", name: "something" } })).toEqual([]);
});
