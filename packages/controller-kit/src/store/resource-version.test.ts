import { expect, it } from "vitest";
import { compareResourceVersions, isOlder } from "./resource-version.ts";

it.each([
  ["9", "10", -1],
  ["10", "9", 1],
  ["10", "10", 0],
  ["010", "10", 0],
  ["18446744073709551615", "18446744073709551616", -1],
  ["99999999999999999999999", "100000000000000000000000", -1],
])("orders %s and %s as integers", (a, b, order) => {
  expect(Math.sign(compareResourceVersions(a, b) ?? Number.NaN)).toBe(order);
});

it.each([
  ["abc", "1"],
  ["1", ""],
  [undefined, "1"],
  ["-1", "1"],
])("says nothing about %s and %s", (a, b) => {
  expect(compareResourceVersions(a, b)).toBeUndefined();
  expect(isOlder(a, b)).toBe(false);
});
