import { describe, expect, it } from "vitest";
import { UsageError } from "../command-line/options.ts";
import { parseOptions } from "./options.ts";

describe("demo options", () => {
  it("runs the example until Ctrl-C when nothing is said", () => {
    expect(parseOptions([])).toEqual({
      files: [],
      context: undefined,
      once: false,
      timeoutSeconds: 300,
      output: "text",
    });
  });

  it.each([
    [["-f", "a.yaml", "b.yaml"]],
    [["-f", "a.yaml", "-f", "b.yaml"]],
    [["--filename=a.yaml", "--filename", "b.yaml"]],
  ])("takes several manifests: %j", (args) => {
    expect(parseOptions(args)).toMatchObject({ files: ["a.yaml", "b.yaml"] });
  });

  it("reads the flags of a single run", () => {
    expect(parseOptions(["--once", "--timeout", "60", "--output", "json", "--context", "kind-x"])).toMatchObject({
      once: true,
      timeoutSeconds: 60,
      output: "json",
      context: "kind-x",
    });
  });

  it.each([
    [["--timeout", "soon"], /--timeout takes a number/],
    [["--timeout", "-1"], /--timeout/],
    [["--output", "yaml"], /--output takes json or text/],
    [["a.yaml"], /manifests come after -f/],
    [["--nope"], /--nope/],
  ])("says what is wrong with %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
