import { expect, it } from "vitest";
import { Backoff } from "./backoff.ts";

it("doubles up to its bound, and starts over after a success", () => {
  const backoff = new Backoff({ firstMs: 800, maxMs: 3000 }, () => 0);
  expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([800, 1600, 3000, 3000]);
  backoff.reset();
  expect(backoff.next()).toBe(800);
});

it("spreads by half of the time", () => {
  expect(new Backoff({ firstMs: 100, maxMs: 1000 }, () => 1).next()).toBe(150);
});
