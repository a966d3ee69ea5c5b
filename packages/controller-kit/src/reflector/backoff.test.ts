import { expect, it } from "vitest";
import { Backoff } from "./backoff.ts";

it("doubles up to its bound", () => {
  const backoff = new Backoff({ firstMs: 800, maxMs: 3000 }, () => 0.5);
  expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([800, 1600, 3000, 3000]);
});

it.each([
  [0, 75],
  [1, 125],
])("spreads to both sides: %d", (random, ms) => {
  expect(new Backoff({ firstMs: 100, maxMs: 1000 }, () => random).next()).toBe(ms);
});
