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
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const unexpected = () => expect.unreachable("nobody worked before");
  const first = withLock(file, unexpected, async () => {
    events.push("first starts");
    await finished;
    events.push("first ends");
  });
  await expect.poll(() => events).toEqual(["first starts"]);
  const waiting = (pid: number) => {
    events.push(`waiting for ${pid}`);
    finish();
  };
  await withLock(file, waiting, () => Promise.resolve(events.push("second works")));
  await first;
  expect(events).toEqual(["first starts", `waiting for ${process.pid}`, "first ends", "second works"]);
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
