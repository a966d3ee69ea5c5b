import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, expect, test, vi } from "vitest";
import { handOver } from "./hand-over.mjs";

const module = new URL("./hand-over.mjs", import.meta.url).href;
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

const program = (script: string) => handOver(process.execPath, ["--input-type=module", "--eval", script], process.env);

test("the exit code is the program's, or tells its signal", async () => {
  expect(await program("process.exit(7)")).toBe(7);
  expect(await program("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)")).toBe(143);
});

/** A process that hands over to one that counts the signals it gets and ends a second after the first. */
async function forwarder(): Promise<{ forwarder: ChildProcess; program: number; lines: string[] }> {
  const counting = `
    const got = [];
    const count = (signal) => { if (got.push(signal) === 1) setTimeout(() => { console.log(got.join()); process.exit(5); }, 500); };
    process.on("SIGINT", count).on("SIGTERM", count).on("SIGWINCH", count);
    setInterval(() => {}, 1000);
    console.log(process.pid);`;
  const main = `
    import { handOver } from ${JSON.stringify(module)};
    process.exitCode = await handOver(process.execPath, ["--eval", ${JSON.stringify(counting)}], process.env);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", main], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 10_000 });
  return { forwarder: child, program: Number(lines[0]), lines };
}

test("a Ctrl-C that arrives twice, from the terminal and from npm, reaches the program once", async () => {
  const { forwarder: parent, lines } = await forwarder();
  parent.kill("SIGINT");
  parent.kill("SIGINT");
  expect(await once(parent, "exit")).toEqual([5, null]);
  expect(lines[1]).toBe("SIGINT");
});

test("a terminal's new size reaches the program", async () => {
  const { forwarder: parent, lines } = await forwarder();
  parent.kill("SIGWINCH");
  expect(await once(parent, "exit")).toEqual([5, null]);
  expect(lines[1]).toBe("SIGWINCH");
});

test("when the forwarder is killed the program is asked to end", async () => {
  const { forwarder: parent, program: pid } = await forwarder();
  parent.kill("SIGKILL");
  await vi.waitFor(
    () => {
      const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
      expect(stdout.trim().replace(/^Z.*/, "")).toBe("");
    },
    { timeout: 10_000 },
  );
});
