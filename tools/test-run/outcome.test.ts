import { expect, test } from "vitest";
import { countTests, summary, type VitestReport } from "./outcome.ts";

const report = (statuses: readonly string[], file: { status?: string } = {}): VitestReport => ({
  success: true,
  testResults: [
    {
      name: "a.test.ts",
      status: file.status ?? (statuses.includes("failed") ? "failed" : "passed"),
      assertionResults: statuses.map((status, index) => ({
        fullName: `test ${index}`,
        status,
        failureMessages: status === "failed" ? ["Error: not 2\n    at a.test.ts:1"] : [],
      })),
    },
  ],
});

test("passed and failed tests are counted, and the failed ones named", () => {
  expect(countTests(report(["passed", "failed", "passed"]), 1, false)).toEqual({
    passed: 2,
    failed: 1,
    reasons: ["test 1 (a.test.ts): Error: not 2"],
  });
});

test.each(["pending", "skipped", "todo", "disabled"])("a test that is %s counts as failed and is named", (status) => {
  expect(countTests(report(["passed", status]), 0, false)).toEqual({
    passed: 1,
    failed: 1,
    reasons: [`${status}: test 1 (a.test.ts)`],
  });
});

test("tests that aren't chosen by name don't count", () => {
  expect(countTests(report(["passed", "pending"]), 0, true)).toEqual({ passed: 1, failed: 0, reasons: [] });
});

test.each([
  ["a file that can't be loaded", report([], { status: "failed" }), 1, 0, "a.test.ts failed outside of its tests"],
  ["a hook that fails", report(["passed"], { status: "failed" }), 1, 1, "a.test.ts failed outside of its tests"],
  ["no test at all", report([]), 0, 0, "no test ran"],
  ["an unhandled rejection", report(["passed"]), 1, 1, "vitest found an error outside of the tests"],
  ["a crash of vitest", undefined, 1, 0, "vitest ended without a report"],
])("%s is one failure", (_, given, exitCode, passed, reason) => {
  expect(countTests(given, exitCode, false)).toEqual({ passed, failed: 1, reasons: [reason] });
});

test("the last line adds everything up", () => {
  const outcomes = [
    { passed: 1, failed: 0, reasons: [] },
    { passed: 20, failed: 2, reasons: ["x"] },
  ];
  expect(summary(outcomes)).toBe("21 passed, 2 failed");
});
