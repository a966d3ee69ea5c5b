import { expect, test } from "vitest";
import { Random } from "./random.ts";

test("draws the same for the same seed", () => {
  const draws = (seed: number) => {
    const random = new Random(seed);
    return [random.next(), random.between(1, 100), random.pick(["a", "b", "c"]), random.shuffled([1, 2, 3, 4])];
  };
  expect(draws(5)).toEqual(draws(5));
  expect(draws(6)).not.toEqual(draws(5));
});

test("reaches both ends of a range, and leaves it never", () => {
  const random = new Random(1);
  const drawn = new Set(Array.from({ length: 200 }, () => random.between(2, 4)));
  expect(drawn).toEqual(new Set([2, 3, 4]));
});

test("shuffles without losing anything", () => {
  expect(new Random(2).shuffled(["a", "b", "c", "d"]).sort()).toEqual(["a", "b", "c", "d"]);
});

test("picks nothing from nothing", () => {
  expect(new Random(1).pick([])).toBeUndefined();
});
