import { expect, test } from "vitest";
import { median, percentile, round } from "./percentiles.ts";

const fifty = Array.from({ length: 50 }, (_, index) => 50 - index);

test.each([
  [0.5, 25],
  [0.9, 45],
  [0.98, 49],
  [0.99, 50],
  [1, 50],
  [0, 1],
])("the share %d of 1 to 50 is reached at %d", (share, expected) => {
  expect(percentile(fifty, share)).toBe(expected);
});

test("values are compared as numbers and left where they are", () => {
  const values = [10, 9, 100];
  expect(median(values)).toBe(10);
  expect(values).toEqual([10, 9, 100]);
});

test("there is no percentile of nothing", () => {
  expect(percentile([], 0.99)).toBeNaN();
});

test("a rounded figure is still a number", () => {
  expect(round(1.23456)).toBe(1.23);
  expect(round(1234.6, 0)).toBe(1235);
});
