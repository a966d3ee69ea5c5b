import { describe, expect, it } from "vitest";
import { runDemo } from "./run-demo.ts";

describe("a command line that is wrong", () => {
  it.each([
    [["--timeout", "soon"], /^--timeout takes a number/, true],
    [["--nope"], /--nope/, true],
    [["stray.yaml"], /manifests come after -f/, true],
    [["-f", "/nowhere/cluster.yaml"], /^\/nowhere\/cluster\.yaml can't be read/, false],
    [["-f", "package.json"], /^there is no MultigresCluster in package\.json/, false],
  ])("%j ends at once with what is wrong", async (args, message, withUsage) => {
    const finished = await runDemo(args);
    expect(finished).toMatchObject({ code: 2, stdout: "" });
    expect(finished.stderr).toMatch(message);
    expect(finished.stderr.includes("npm run demo -- [-f FILE...]")).toBe(withUsage);
  });

  it("is explained by --help", async () => {
    const { code, stdout } = await runDemo(["--help"]);
    expect(code).toBe(0);
    for (const option of ["-f", "--context", "--once", "--timeout", "--output"]) expect(stdout).toContain(option);
  });
});
