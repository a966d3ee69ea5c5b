import { expect, test } from "vitest";
import { parseTestRun } from "./options.ts";

test.each([
  [[], { kind: "all" }],
  [["unit"], { kind: "project", project: "unit", filters: [] }],
  [["e2e", "admission", "-t", "case 12"], { kind: "project", project: "e2e", filters: ["admission", "-t", "case 12"] }],
  [["--help"], { kind: "help" }],
])("npm test -- %j", (args, expected) => {
  expect(parseTestRun(args)).toEqual(expected);
});

test("anything else is refused with the usage", () => {
  expect(() => parseTestRun(["e2", "x"])).toThrow("unknown argument e2\nnpm test ");
});
