import { describe, expect, it } from "vitest";
import { aCell, aCluster, aPod, aShard, aTableGroup, aTopoServer, aWorkload, conditions } from "./testing/builders.ts";
import { drawTrees, type TreeObject } from "./tree.ts";

function draw(objects: readonly TreeObject[], width?: number): string[] {
  const clusters = objects.filter((object) => object.kind === "MultigresCluster");
  return drawTrees(clusters, objects, { color: false, width });
}

const cluster = aCluster("demo", { desiredInstances: 4, readyInstances: 4, conditions: conditions() });

describe("the tree", () => {
  it("shows what belongs to a cluster below it, with ready and desired, in one order whatever the server's is", () => {
    const z2 = aCell("demo-z2", cluster, { gatewayReadyReplicas: 1, conditions: conditions("True", "", "", "True") });
    const tableGroup = aTableGroup("prod-db-default", cluster);
    const objects = [
      aShard("prod-db-default-0", tableGroup, {
        readyPods: 2,
        pools: [{ type: "replica", cell: "z1", statefulSetName: "s", totalPods: 3, readyPods: 2, updatedPods: 2 }],
        conditions: conditions("False", "BelowQuorum"),
      }),
      tableGroup,
      z2,
      aWorkload("StatefulSet", "demo-multiorch", cluster, 0),
      aCell("demo-z1", cluster, { gatewayReadyReplicas: 2, conditions: conditions() }),
      aTopoServer("demo-z2-topo", z2),
      aWorkload("Deployment", "demo-multiadmin", cluster),
      aTopoServer("demo-global", cluster),
      aPod("some-pod", {}),
      cluster,
    ];
    expect(draw(objects)).toEqual([
      "MultigresCluster t1/demo       4/4  Available",
      "├─ TopoServer demo-global      3/3  Available",
      "├─ Deployment demo-multiadmin  1/1  Available",
      "├─ StatefulSet demo-multiorch  0/1  WaitingForPods",
      "├─ Cell demo-z1                2/2  Available",
      "├─ Cell demo-z2                1/2  Available, WaitingForPods",
      "│  └─ TopoServer demo-z2-topo  3/3  Available",
      "└─ TableGroup prod-db-default  1/1  Available",
      "   └─ Shard prod-db-default-0  2/4  BelowQuorum",
      "      ├─ pool replica in z1    2/3",
      "      └─ pool readOnly in z2   0/1",
    ]);
  });

  it("shows what a new object wants before it has a status", () => {
    const fresh = aCluster("demo", null);
    const tableGroup = { ...aTableGroup("g", fresh), status: undefined };
    const lines = draw([fresh, tableGroup, aShard("g-0", tableGroup)]);
    expect(lines.map((line) => line.replaceAll(/ {2,}/g, " "))).toEqual([
      "MultigresCluster t1/demo no status yet",
      "└─ TableGroup g 0/1 no status yet",
      expect.stringContaining("└─ Shard g-0 0/4 no status yet"),
      expect.stringContaining("├─ pool replica in z1 0/3"),
      expect.stringContaining("└─ pool readOnly in z2 0/1"),
    ]);
  });

  it("gives several clusters common columns, and leaves out what nobody of them owns", () => {
    const other = aCluster("another-one", {
      desiredInstances: 12,
      readyInstances: 3,
      conditions: conditions("False", "X"),
    });
    const stranger = aCell("stranger", aCluster("elsewhere"));
    expect(draw([cluster, other, stranger])).toEqual([
      "MultigresCluster t1/demo          4/4  Available",
      "",
      "MultigresCluster t1/another-one  3/12  X",
    ]);
  });

  it("shortens long names in their middle to stay within the width, and keeps what tells them apart", () => {
    const long = "x".repeat(100);
    const lines = draw([cluster, aCell(`${long}-first`, cluster), aCell(`${long}-second`, cluster)], 60);
    expect(Math.max(...lines.map((line) => line.length))).toBe(59);
    expect(lines[1]).toMatch(/^├─ Cell x+…x+-first +0\/2 {2}Available$/);
    expect(lines[2]).toMatch(/^└─ Cell x+…x+-second +0\/2 {2}Available$/);
    expect(draw([cluster, aCell(long, cluster)])[1]).toContain(long);
  });

  it("leaves a few letters of a name on the narrowest terminal", () => {
    expect(draw([cluster, aCell("y".repeat(40), cluster)], 10)[1]).toMatch(/Cell yyyy…yyy /);
  });

  it("colours what is well, what moves, and what waits for a person", () => {
    const stalled = [...conditions("False", "QuotaExceeded"), { type: "Stalled", status: "True" as const }];
    const objects = [
      cluster,
      aCell("a", cluster, { conditions: stalled }),
      aCell("b", cluster, { conditions: conditions("Unknown", "ChildrenNotObserved") }),
      aCell("c", cluster, { conditions: [...conditions(), { type: "Stalled", status: "True" }] }),
    ];
    const states = drawTrees([cluster], objects, { color: true }).map((line) => line.slice(line.indexOf("\u001b")));
    expect(states).toEqual([
      "\u001b[32mAvailable\u001b[0m",
      "\u001b[31mQuotaExceeded\u001b[0m",
      "\u001b[33mChildrenNotObserved\u001b[0m",
      "\u001b[31mAvailable, Stalled\u001b[0m",
    ]);
  });
});
