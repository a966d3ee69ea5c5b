import { describe, expect, test } from "vitest";
import { countedPods, neededPods, type PodsInCell, reachesQuorum } from "./quorum.ts";

const pools = (...counts: [cell: string, pods: number][]): PodsInCell[] =>
  counts.map(([cell, pods]) => ({ cell, pods }));

describe("a quorum", () => {
  test.each<[PodsInCell[], boolean, boolean]>([
    [pools(), false, false],
    [pools(["z1", 1]), false, false],
    [pools(["z1", 2]), true, false],
    [pools(["z1", 3], ["z2", 0]), true, false],
    [pools(["z1", 1], ["z1", 1]), true, false],
    [pools(["z1", 1], ["z2", 1]), true, true],
    [pools(["z1", 3], ["z2", 3]), true, true],
  ])("of pods %j: AT_LEAST_2 %s, MULTI_CELL_AT_LEAST_2 %s", (pods, atLeastTwo, multiCell) => {
    expect(reachesQuorum("AT_LEAST_2", pods)).toBe(atLeastTwo);
    expect(reachesQuorum("MULTI_CELL_AT_LEAST_2", pods)).toBe(multiCell);
  });

  test("is worded as its policy counts", () => {
    expect(neededPods("AT_LEAST_2")).toBe("2 pods");
    expect(neededPods("MULTI_CELL_AT_LEAST_2")).toBe("pods in 2 cells");
    expect(countedPods("AT_LEAST_2", pools(["z1", 1]))).toBe("1 pod");
    expect(countedPods("MULTI_CELL_AT_LEAST_2", pools(["z1", 3]))).toBe("pods in 1 cell");
  });
});
