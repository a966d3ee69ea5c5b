import { expect, test } from "vitest";
import { UsageError } from "../command-line/options.ts";
import { benchmarks, parseOptions } from "./options.ts";

test("without arguments everything is measured at 1, 20 and 50 clusters", () => {
  expect(parseOptions([])).toEqual({
    sizes: [1, 20, 50],
    only: new Set(benchmarks),
    rounds: 1,
    restSeconds: 120,
    settleSeconds: 60,
    edits: 50,
    output: "text",
    profile: undefined,
  });
});

test("sizes are sorted and counted once", () => {
  expect(parseOptions(["--sizes", "20, 3,20"])).toMatchObject({ sizes: [3, 20] });
});

test("only what is named is measured", () => {
  expect(parseOptions(["--only", "rest,react", "-o", "json"])).toMatchObject({
    only: new Set(["rest", "react"]),
    output: "json",
  });
});

test("help wins over everything", () => {
  expect(parseOptions(["--sizes", "x", "--help"])).toBe("help");
});

test.each([
  ["--sizes", "0"],
  ["--sizes", "1,,2"],
  ["--sizes", "1.5"],
  ["--only", "speed"],
  ["--output", "xml"],
  ["--rounds", "-1"],
  ["--nothing", "1"],
])("%s %s is refused with a word about it", (option, value) => {
  expect(() => parseOptions([option, value])).toThrow(UsageError);
  expect(() => parseOptions([option, value])).toThrow(option);
});
