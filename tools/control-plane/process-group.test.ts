import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProcessGroup } from "./process-group.ts";

let directory: string;
let group: ProcessGroup;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "group-"));
  group = new ProcessGroup({ directory, removeDirectory: true });
});
afterEach(async () => {
  await group.end();
  await rm(directory, { recursive: true, force: true });
});

const shell = (script: string, env: Record<string, string> = {}) =>
  group.spawn({
    command: "/bin/sh",
    args: ["-c", script],
    env: { PATH: process.env["PATH"] ?? "", ...env },
    cwd: directory,
    logFile: join(directory, "log"),
  });

/** A zombie isn't alive: where pid 1 doesn't collect the dead, they stay in the table. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}

test("a program's output, exit code and environment are those asked for", async () => {
  const child = await shell('echo "$GREETING $HOME" && exit 3', { GREETING: "hello" });
  expect(await child.exited).toEqual({ code: 3, signal: null });
  expect(await readFile(join(directory, "log"), "utf8")).toBe("hello \n");
  expect(child.exit()).toEqual({ code: 3, signal: null });
  expect(child.signal("SIGTERM")).toBe(false);
});

test("a program that isn't there is an error, not an exit", async () => {
  await expect(
    group.spawn({ command: "/no/such/program", args: [], env: {}, cwd: directory, logFile: join(directory, "log") }),
  ).rejects.toThrow("/no/such/program can't be started");
});

test("ending the group ends its programs, what those started, and the directory", async () => {
  const child = await shell("sleep 600 & echo $!; wait");
  const grandchild = await vi.waitFor(async () => {
    const pid = Number(await readFile(join(directory, "log"), "utf8"));
    expect(pid).toBeGreaterThan(0);
    return pid;
  });
  await group.end();
  expect(await child.exited).toEqual({ code: null, signal: "SIGKILL" });
  await vi.waitFor(() => expect(isAlive(grandchild)).toBe(false));
  expect(existsSync(directory)).toBe(false);
  await expect(shell("true")).rejects.toThrow("its group has ended");
});

test("a paused program is ended as well", async () => {
  const child = await shell("sleep 600");
  expect(child.signal("SIGSTOP")).toBe(true);
  await group.end();
  await vi.waitFor(() => expect(isAlive(child.pid)).toBe(false));
});

test("a process that has nothing else to do waits for the end of its program", async () => {
  const script = `
    import { ProcessGroup } from ${JSON.stringify(new URL("./process-group.ts", import.meta.url).href)};
    const group = new ProcessGroup({ directory: ".", removeDirectory: false });
    const child = await group.spawn({ command: "/bin/sh", args: ["-c", "sleep 0.2; exit 4"], env: {}, cwd: ".", logFile: "log" });
    console.log((await child.exited).code);
    await group.end();`;
  const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: directory,
    encoding: "utf8",
  });
  expect({ stdout, status }).toEqual({ stdout: "4\n", status: 0 });
});

test("when the guardian itself is killed, its owner ends the programs", async () => {
  const child = await shell("echo $PPID; exec sleep 600");
  const guardian = await vi.waitFor(async () => {
    const pid = Number(await readFile(join(directory, "log"), "utf8"));
    expect(pid).toBeGreaterThan(0);
    return pid;
  });
  process.kill(guardian, "SIGKILL");
  expect(await child.exited).toEqual({ code: null, signal: "SIGKILL" });
  await vi.waitFor(() => expect(isAlive(child.pid)).toBe(false));
});
