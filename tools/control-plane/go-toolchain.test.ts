import { expect, test } from "vitest";
import { goProblem } from "./go-toolchain.ts";

test.each(["go1.26", "go1.26.8", "go1.27rc1", "go2.0", "go1.26.1 X:nocoverageredesign", "devel go1.27-abcdef"])(
  "%s builds the control plane",
  (version) => {
    expect(goProblem(version)).toBeUndefined();
  },
);

test.each(["go1.25.9", "go1.9", "go0.99", "nonsense"])(
  "%s is told apart in one sentence that says what to install",
  (version) => {
    const problem = goProblem(version);
    expect(problem).toContain(version);
    expect(problem).toMatch(/^Go 1\.26 or newer is needed .* MULTIGRES_CONTROL_PLANE_BIN [^.]*\.$/);
  },
);

test("a machine without Go is told to install it or to name a folder", () => {
  expect(goProblem(undefined)).toMatch(
    /^Go 1\.26 or newer is needed .*: install it, or set MULTIGRES_CONTROL_PLANE_BIN/,
  );
});
