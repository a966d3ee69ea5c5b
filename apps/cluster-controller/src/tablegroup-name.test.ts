import type { TableGroup } from "@multigres/api-types";
import { expect, test } from "vitest";
import { tableGroupName } from "./tablegroup-name.ts";
import { aCluster, aTableGroup } from "./testing/builders.ts";

const cluster = aCluster();
const other = aCluster({ name: "other" });
const plain = "prod-db-default";
const fallback = /^demo-prod-db-default-[0-9a-f]{8}$/;

function nameWhen(...existing: TableGroup[]): string {
  return tableGroupName(
    cluster,
    "prod_db",
    existing.filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === cluster.metadata.uid),
    new Map(existing.map((tableGroup) => [tableGroup.metadata.name, tableGroup])),
  );
}

const fallbackName = nameWhen(aTableGroup(other, "prod_db"));

test.each<[string, TableGroup[], string | RegExp]>([
  ["nothing has the name: the plain one", [], plain],
  ["another cluster has the plain name: the fallback", [aTableGroup(other, "prod_db")], fallback],
  [
    "a person's object without owner has the plain name: the fallback",
    [aTableGroup(cluster, "prod_db", { owner: null, labels: {} })],
    fallback,
  ],
  ["ours exists: its name", [aTableGroup(cluster, "prod_db")], plain],
  [
    "ours has the fallback name: it keeps that, although the plain one is free by now",
    [aTableGroup(cluster, "prod_db", { name: fallbackName })],
    fallback,
  ],
  [
    "ours has a name of its own, from another version: it keeps that",
    [aTableGroup(cluster, "prod_db", { name: "prod-db-elder" })],
    "prod-db-elder",
  ],
  [
    "two of ours exist: the plain one, so that the other goes",
    [aTableGroup(cluster, "prod_db", { name: "a-first" }), aTableGroup(cluster, "prod_db")],
    plain,
  ],
  [
    "an orphaning deletion left ours under the plain name: that one, to be taken over",
    [aTableGroup(cluster, "prod_db", { owner: null })],
    plain,
  ],
  [
    "an orphaning deletion left ours under the fallback name: that one, although the plain one is free",
    [aTableGroup(cluster, "prod_db", { owner: null, name: fallbackName })],
    fallback,
  ],
  [
    "another cluster's orphan has the plain name: the fallback",
    [aTableGroup(other, "prod_db", { owner: null })],
    fallback,
  ],
  [
    "ours whose spec somebody ruined: its name, so that it is put right",
    [{ ...aTableGroup(cluster, "prod_db"), spec: {} } as TableGroup],
    plain,
  ],
  [
    "an earlier cluster of our name had the plain one: that one, which is about to become free",
    [aTableGroup(aCluster({ uid: "the-one-before" }), "prod_db")],
    plain,
  ],
  ["ours of another database doesn't count", [aTableGroup(cluster, "prod-db", { name: "x-default" })], plain],
])("%s", (_, existing, expected) => {
  const name = nameWhen(...existing);
  expect(name).toMatch(typeof expected === "string" ? new RegExp(`^${expected}$`) : expected);
});

test("the fallback differs between clusters and databases that would join alike", () => {
  const fallbackOf = (cluster: string, database: string) => {
    const mine = aCluster({ name: cluster });
    const theirs = aTableGroup(aCluster({ name: "stranger" }), database);
    return tableGroupName(mine, database, [], new Map([[theirs.metadata.name, theirs]]));
  };
  expect(fallbackOf("a", "b_c")).not.toBe(fallbackOf("a-b", "c"));
});
