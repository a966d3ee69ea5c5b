import { expect, it } from "vitest";
import { TokenBucket } from "./rate-limit.ts";

it("lets a burst through at once and spaces what follows", () => {
  const bucket = new TokenBucket({ qps: 10, burst: 3 }, 0);
  expect(Array.from({ length: 6 }, () => bucket.reserve(0))).toEqual([0, 0, 0, 100, 200, 300]);
});

it("fills up again, but not above the burst", () => {
  const bucket = new TokenBucket({ qps: 10, burst: 2 }, 0);
  for (let i = 0; i < 4; i++) bucket.reserve(0);
  expect(Array.from({ length: 3 }, () => bucket.reserve(10_000))).toEqual([0, 0, 100]);
});

it("doesn't take a clock that stands still for elapsed time", () => {
  const bucket = new TokenBucket({ qps: 1, burst: 1 }, 100);
  bucket.reserve(100);
  expect(bucket.reserve(50)).toBe(1000);
});

it.each([
  { qps: 0, burst: 1 },
  { qps: 1, burst: 0 },
])("refuses a limit that would never let anything through: %o", (limit) => {
  expect(() => new TokenBucket(limit, 0)).toThrow(RangeError);
});
