import type { MultigresClusterSpec, Pool, ShardTemplate } from "@multigres/api-types";
import { type KubernetesObject, kinds } from "@multigres/controller-kit";
import { expect, test } from "vitest";
import { aCell, aCluster, aPool, aTableGroup, aTemplate } from "./testing/builders.ts";
import { condition, deleted, planFor, planned } from "./testing/reconciling.ts";

const databases: NonNullable<MultigresClusterSpec["databases"]> = [
  { name: "prod_db", spec: { shardTemplateRef: "std" } },
  { name: "tiny_db", spec: { pools: [aPool()] } },
];
const cluster = aCluster({ spec: { databases } });

function outcome(objects: readonly KubernetesObject[], owner = cluster) {
  const plan = planFor(owner, objects);
  const status = plan.status([]);
  return {
    plan,
    status,
    tableGroups: [...planned(plan, kinds.TableGroup).keys()],
    resolved: condition(status, "TemplateResolved"),
    stalled: condition(status, "Stalled"),
  };
}

const malformed = { ...aTemplate("std"), spec: { pools: "three" } } as unknown as ShardTemplate;

test.each<[string, ShardTemplate[], string, string]>([
  ["is missing", [], "TemplateNotFound", "ShardTemplate std doesn't exist in namespace t1; create it"],
  [
    "is in another namespace only",
    [aTemplate("std", [aPool()], "t2")],
    "TemplateNotFound",
    "doesn't exist in namespace t1",
  ],
  [
    "names cells that the cluster doesn't have",
    [aTemplate("std", [aPool(), aPool({ cell: "z9" }), aPool({ cell: "z8" })])],
    "TemplateInvalid",
    "name cells that spec.cells doesn't define: z8, z9",
  ],
  ["has no pools", [aTemplate("std", [])], "TemplateInvalid", "ShardTemplate std is malformed at spec.pools"],
  ["can't be parsed", [malformed], "TemplateInvalid", "ShardTemplate std is malformed at spec.pools"],
])("a template that %s holds back its database alone, and says what to do", (_, templates, reason, text) => {
  const { plan, tableGroups, resolved, stalled, status } = outcome(templates);
  expect(tableGroups).toEqual(["tiny-db-default"]);
  expect(planned(plan, kinds.Cell).size).toBe(1);
  expect(resolved).toMatchObject({ status: "False", reason });
  expect(resolved.message).toContain("Database prod_db is held back");
  expect(resolved.message).toContain(text);
  expect(stalled).toMatchObject({ status: "True", reason, message: resolved.message });
  expect(plan.events).toEqual([{ type: "Warning", reason, action: "ResolveTemplate", note: resolved.message }]);
  expect(condition(status, "Available")).toMatchObject({ status: "False" });
  expect(condition(status, "Progressing")).toMatchObject({ status: "True", reason });
  expect(status.databases?.prod_db).toEqual({ desiredInstances: 0, readyInstances: 0, servingWrites: "Unknown" });
});

test.each<[string, ShardTemplate[]]>([
  ["gone", []],
  ["wrong", [aTemplate("std", [aPool({ cell: "z9" })])]],
])("once its template is %s, a running database stays exactly as it is", (_, templates) => {
  const running = aTableGroup(cluster, "prod_db", { pools: [aPool({ replicas: 4 })] });
  const { plan, tableGroups, resolved, status } = outcome([...templates, running]);
  expect(tableGroups).toEqual(["tiny-db-default"]);
  expect(deleted(plan)).toEqual([]);
  expect(resolved.status).toBe("False");
  expect(resolved.message).toContain("TableGroup prod-db-default stays as it is until then");
  expect(status.databases?.prod_db).toEqual({ desiredInstances: 4, readyInstances: 4, servingWrites: "Unknown" });
});

test("an override that names an undefined cell holds back its database", () => {
  const overrides: Pool[] = [aPool({ cell: "z9" })];
  const owner = aCluster({ spec: { databases: [{ name: "prod_db", spec: { shardTemplateRef: "std", overrides } }] } });
  const { tableGroups, resolved } = outcome([aTemplate("std")], owner);
  expect(tableGroups).toEqual([]);
  expect(resolved).toMatchObject({ reason: "TemplateInvalid" });
  expect(resolved.message).toContain("z9");
});

test("inline pools in an undefined cell, which admission refuses, are held back too", () => {
  const owner = aCluster({ spec: { databases: [{ name: "tiny_db", spec: { pools: [aPool({ cell: "z9" })] } }] } });
  const { tableGroups, resolved } = outcome([], owner);
  expect(tableGroups).toEqual([]);
  expect(resolved.message).toBe(
    "Database tiny_db is held back: its pools name cells that spec.cells doesn't define: z9; correct spec.pools of the database or add the cell to spec.cells",
  );
});

test("a database without pools and template, which admission refuses, is held back too", () => {
  const { tableGroups, resolved } = outcome([], aCluster({ spec: { databases: [{ name: "none", spec: {} }] } }));
  expect(tableGroups).toEqual([]);
  expect(resolved.message).toContain("Database none is held back: its pools are empty");
});

test("when the template appears, the database goes on and nothing is left to complain of", () => {
  const { plan, tableGroups, resolved, stalled } = outcome([aTemplate("std")]);
  expect(tableGroups).toEqual(["prod-db-default", "tiny-db-default"]);
  expect(resolved).toMatchObject({ status: "True", reason: "AllTemplatesResolved" });
  expect(stalled.status).toBe("False");
  expect(plan.events).toEqual([]);
});

test("each held database has an Event of its own", () => {
  const owner = aCluster({
    spec: {
      databases: [
        { name: "a", spec: { shardTemplateRef: "one" } },
        { name: "b", spec: { shardTemplateRef: "two" } },
      ],
    },
  });
  const { plan, resolved } = outcome([], owner);
  expect(plan.events.map(({ note }) => note.slice(0, 10))).toEqual(["Database a", "Database b"]);
  expect(resolved.message).toContain("ShardTemplate one");
  expect(resolved.message).toContain("ShardTemplate two");
});

test("without references there is nothing to resolve", () => {
  expect(outcome([], aCluster({ spec: { databases: [] } })).resolved).toMatchObject({
    status: "True",
    reason: "NoTemplates",
  });
});

test("a cell that a held database still runs in stays, although the spec dropped it", () => {
  const owner = aCluster({
    spec: { cells: [{ name: "z1" }], databases: [{ name: "prod_db", spec: { shardTemplateRef: "std" } }] },
  });
  const pools = [aPool(), aPool({ cell: "z2" })];
  const { plan, status } = outcome(
    [aTemplate("std", pools), aCell(owner, "z1"), aCell(owner, "z2"), aTableGroup(owner, "prod_db", { pools })],
    owner,
  );
  expect(deleted(plan)).toEqual([]);
  expect(planned(plan, kinds.Cell).has("demo-z2")).toBe(false);
  expect(condition(status, "Progressing").message).toContain(
    "Cell demo-z2 is no longer wanted, but pools still run in it",
  );
});
