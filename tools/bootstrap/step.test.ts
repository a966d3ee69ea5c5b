import { afterEach, expect, test, vi } from "vitest";
import { elapsed, step } from "./step.mjs";

afterEach(() => vi.restoreAllMocks());

const shell = (script: string) => step("doing it", "/bin/sh", ["-c", script], { cwd: "/", env: {} });

test("a step that works leaves two lines on standard error and nothing on standard output", async () => {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await shell("echo noise; echo more >&2");
  expect(out).not.toHaveBeenCalled();
  expect(err.mock.calls.map(([text]) => text)).toEqual([
    "doing it ...\n",
    expect.stringMatching(/^doing it: done after \d+ s\n$/),
  ]);
});

test.each([
  ["echo the reason >&2; exit 3", "the reason\ndoing it failed: /bin/sh -c"],
  ["kill -9 $$", "doing it failed: /bin/sh -c"],
])("a step that fails by %j shows why", async (script, message) => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await expect(shell(script)).rejects.toMatchObject({ name: "StepError", message: expect.stringContaining(message) });
});

test("a program that isn't there is a failed step", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await expect(step("doing it", "/no/such", [], { cwd: "/", env: {} })).rejects.toThrow("ENOENT");
});

test.each([
  [0, "0 s"],
  [59_600, "1 min 00 s"],
  [125_000, "2 min 05 s"],
])("%i ms reads %s", (milliseconds, text) => {
  expect(elapsed(milliseconds)).toBe(text);
});
