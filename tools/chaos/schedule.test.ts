import { expect, test } from "vitest";
import { actionKinds, schedule } from "./schedule.ts";

test("does everything at least twenty times in half an hour", () => {
  const actions = schedule(1, 30);
  for (const kind of actionKinds) {
    expect(actions.filter((action) => action.kind === kind).length, kind).toBeGreaterThanOrEqual(20);
  }
});

test("does everything at least once in two minutes", () => {
  expect(new Set(schedule(1, 2).map(({ kind }) => kind))).toEqual(new Set(actionKinds));
});

test("is the same for the same seed, and another one for another", () => {
  expect(schedule(7, 5)).toEqual(schedule(7, 5));
  expect(schedule(8, 5)).not.toEqual(schedule(7, 5));
});

test("is in order and within the time", () => {
  const times = schedule(3, 10).map(({ atSeconds }) => atSeconds);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.every((at) => at >= 0 && at < 600)).toBe(true);
});
