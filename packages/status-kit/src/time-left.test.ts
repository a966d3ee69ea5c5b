import { expect, test } from "vitest";
import { timeLeft } from "./time-left.ts";

const now = new Date("2026-11-20T10:00:00Z");

test.each([
  ["in the middle of it is the rest", "2026-11-20T09:59:50Z", 20_000],
  ["after its end is nothing", "2026-11-20T09:59:00Z", -30_000],
  ["whose begin isn't known is all of it", undefined, 30_000],
  ["that begins in the future, by somebody else's clock, is all of it", "2026-11-20T11:00:00Z", 30_000],
  ["is the same for a date", new Date("2026-11-20T09:59:50Z"), 20_000],
])("what is left of a wait %s", (_, since, left) => {
  expect(timeLeft(since, 30_000, now)).toBe(left);
});
