import { describe, expect, it } from "vitest";
import { quantityInNano, sameQuantity } from "./quantity.ts";

describe("sameQuantity", () => {
  it.each([
    ["1Gi", "1024Mi"],
    ["0.5", "500m"],
    ["1", 1],
    ["1e3", "1k"],
    ["1E", "1000P"],
    ["100", "1e2"],
    [".5Gi", "512Mi"],
    ["0.1n", "1n"],
    ["-1", "-1000m"],
  ])("%s is %s", (a, b) => {
    expect(sameQuantity(a, b)).toBe(true);
  });

  it.each([
    ["1G", "1Gi"],
    ["1", "1m"],
    ["1", "-1"],
    ["x", "x"],
    ["", ""],
    ["1", undefined],
  ])("%s isn't %s", (a, b) => {
    expect(sameQuantity(a, b)).toBe(false);
  });

  it("reads billionths", () => {
    expect(quantityInNano("1")).toBe(1_000_000_000n);
    expect(quantityInNano("1Ki")).toBe(1_024_000_000_000n);
  });
});
