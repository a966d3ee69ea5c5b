import { expect, test } from "vitest";
import { pauseAfter, stepOf } from "./step.ts";

test.each([
  [undefined, { state: "pending" }, 2_000],
  [{ state: "failed", message: "no answer" }, { state: "unreachable", message: "no answer" }, 2_000],
  [{ state: "done", output: { result: "foreign", message: "b's" } }, { state: "foreign", message: "b's" }, 2_000],
  [{ state: "done", output: { result: "refused", message: "no" } }, { state: "refused", message: "no" }, 2_000],
  [{ state: "done", output: { result: "done" } }, { state: "done" }, 60_000],
] as const)("the result %j is the step %j, looked at again after %i ms", (result, step, ms) => {
  expect(stepOf(result)).toEqual(step);
  expect(pauseAfter(stepOf(result))).toBe(ms);
});
