import { expect, test } from "vitest";
import { parseCommand } from "./command.mjs";

test.each([
  [["demo"], { program: "tools/demo/main.ts", args: [], build: true, needsControlPlane: true }],
  [["demo", "--once"], { args: ["--once"], build: true, needsControlPlane: true }],
  [["demo", "--context", "mine"], { build: true, needsControlPlane: false }],
  [["demo", "--context=mine"], { build: true, needsControlPlane: false }],
  [["demo", "--help"], { build: false, needsControlPlane: false }],
  [["test"], { program: "tools/run-tests.ts", args: [], build: false, needsControlPlane: true }],
  [["test", "unit", "names"], { args: ["unit", "names"], build: false, needsControlPlane: false }],
  [["test", "e2e"], { args: ["e2e"], needsControlPlane: true }],
  [
    ["bench", "--sizes", "1"],
    { program: "tools/bench/main.ts", args: ["--sizes", "1"], build: true, needsControlPlane: true },
  ],
  [["bench", "--help"], { build: false, needsControlPlane: false }],
  [["chaos"], { program: "tools/chaos/main.ts", args: [], build: true, needsControlPlane: true }],
  [["chaos", "--help"], { build: false, needsControlPlane: false }],
  [["test", "-h"], { needsControlPlane: false }],
])("%j sets up what it needs and no more", (args, expected) => {
  expect(parseCommand(args)).toMatchObject(expected);
});

test.each([[[]], [["demos"]]])("%j is answered with the usage", (args) => {
  expect(() => parseCommand(args)).toThrow("usage: node tools/bootstrap.mjs demo|test|bench|chaos");
});
