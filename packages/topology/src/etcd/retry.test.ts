import { describe, expect, it } from "vitest";
import { inTurn, pauseBefore } from "./retry.ts";

const policy = { rounds: 6, baseMs: 100, maxMs: 500 };

describe("pauseBefore", () => {
  it("the first round comes at once, later ones after a pause that doubles up to the limit", () => {
    const longest = [0, 1, 2, 3, 4, 5].map((round) => pauseBefore(round, policy, 0.999_999));
    expect(longest).toEqual([0, 100, 200, 400, 500, 500]);
  });

  it("the pause is anything up to that", () => {
    expect(pauseBefore(3, policy, 0)).toBe(0);
    expect(pauseBefore(3, policy, 0.5)).toBe(200);
  });
});

describe("inTurn", () => {
  it("asks all, from the one that answered last", () => {
    expect(inTurn(["a", "b", "c"], 1)).toEqual(["b", "c", "a"]);
  });
});
