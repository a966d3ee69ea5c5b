import { expect, test } from "vitest";
import { UsageError } from "../command-line/options.ts";
import { parseOptions } from "./options.ts";

const anySeed = () => 42;

test("half an hour, ten clusters and a seed by chance, unless told otherwise", () => {
  expect(parseOptions([], anySeed)).toEqual({ minutes: 30, clusters: 10, seed: 42, output: "text" });
});

test("everything can be told", () => {
  const args = ["--minutes", "2", "--clusters", "3", "--seed", "7", "--folder", "x", "--output", "json"];
  expect(parseOptions(args, anySeed)).toEqual({ minutes: 2, clusters: 3, seed: 7, folder: "x", output: "json" });
});

test.each([[["--minutes", "0"]], [["--seed", "a"]], [["--output", "xml"]], [["--hours", "1"]]])(
  "%j is refused",
  (args) => {
    expect(() => parseOptions(args, anySeed)).toThrow(UsageError);
  },
);

test.each([[["--help"]], [["-h"]]])("%j asks for help", (args) => {
  expect(parseOptions(args, anySeed)).toBe("help");
});
