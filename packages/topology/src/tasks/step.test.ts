import { expect, test } from "vitest";
import { needsPerson, pauseAfter, stepOf } from "./step.ts";

test.each([
  [undefined, { state: "pending" }, 2_000, false],
  [{ state: "failed", message: "no answer" }, { state: "unreachable", message: "no answer" }, 2_000, false],
  [{ state: "done", output: { result: "foreign", message: "b's" } }, { state: "foreign", message: "b's" }, 2_000, true],
  [{ state: "done", output: { result: "refused", message: "no" } }, { state: "refused", message: "no" }, 2_000, true],
  [{ state: "done", output: { result: "done" } }, { state: "done" }, 60_000, false],
] as const)(
  "the result %j is the step %j, looked at again after %i ms; needs a person: %j",
  (result, step, ms, person) => {
    expect(stepOf(result)).toEqual(step);
    expect(pauseAfter(stepOf(result))).toBe(ms);
    expect(needsPerson(stepOf(result))).toBe(person);
  },
);
