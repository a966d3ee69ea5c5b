import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "./build-lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("two workers come one after the other, and the second is told who works", async () => {
  const file = join(folder, "deep", "lock");
  const events: string[] = [];
  const work = (name: string, milliseconds: number) => async () => {
    events.push(`${name} starts`);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    events.push(`${name} ends`);
  };
  const first = withLock(file, () => {}, work("first", 50));
  await expect.poll(() => events).toContain("first starts");
  let holder: number | undefined;
  await Promise.all([first, withLock(file, (pid) => (holder = pid), work("second", 0))]);
  expect(events).toEqual(["first starts", "first ends", "second starts", "second ends"]);
  expect(holder).toBe(process.pid);
});

test("the lock of a process that died is taken over", async () => {
  const file = join(folder, "lock");
  await writeFile(file, "4194305"); // above the largest pid
  await expect(
    withLock(
      file,
      () => {},
      () => Promise.resolve("worked"),
    ),
  ).resolves.toBe("worked");
});

test("a failure frees the lock", async () => {
  const file = join(folder, "lock");
  await expect(
    withLock(
      file,
      () => {},
      () => Promise.reject(new Error("broken")),
    ),
  ).rejects.toThrow("broken");
  await expect(
    withLock(
      file,
      () => {},
      () => Promise.resolve("worked"),
    ),
  ).resolves.toBe("worked");
});
