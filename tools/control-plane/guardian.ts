// Runs as its own process and session: starts programs for a parent, and ends them all when the parent is gone.
// The parent writes one JSON request per line to stdin. A closed stdin means that the parent died, however it died.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import type { GuardianMessage, GuardianRequest } from "./guardian-protocol.ts";

const directory = process.argv[2];
const removeDirectory = process.argv[3] === "remove";
const children = new Set<ChildProcess>();
let ending = false;

function send(message: GuardianMessage): void {
  // Nobody may read any more: the end of the parent is noticed on stdin, not here.
  if (process.stdout.writable) process.stdout.write(`${JSON.stringify(message)}\n`);
}

function start(request: Extract<GuardianRequest, { op: "spawn" }>): void {
  let log: number | undefined;
  try {
    log = openSync(request.logFile, "a");
    const child = spawn(request.command, request.args, {
      cwd: request.cwd,
      env: request.env,
      stdio: ["ignore", log, log],
    });
    children.add(child);
    child.once("spawn", () => send({ event: "spawned", id: request.id, pid: child.pid ?? -1 }));
    child.once("error", (error) => {
      children.delete(child);
      if (child.pid === undefined) send({ event: "failed", id: request.id, message: error.message });
    });
    child.once("exit", (code, signal) => {
      children.delete(child);
      send({ event: "exited", id: request.id, code, signal });
    });
  } catch (error) {
    send({ event: "failed", id: request.id, message: (error as Error).message });
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await Promise.all(
    [...children].map(
      (child) =>
        new Promise<void>((resolve) => {
          child.once("exit", () => resolve());
          child.kill("SIGKILL");
        }),
    ),
  );
  if (directory && removeDirectory) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  // The whole session, for the case that a child left children of its own; this ends the guardian as well.
  process.kill(0, "SIGKILL");
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE"] as const) process.on(signal, () => {});
process.stdout.on("error", () => {});
createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (ending) return;
    const request = JSON.parse(line) as GuardianRequest;
    switch (request.op) {
      case "spawn":
        start(request);
        break;
      case "end":
        void end();
        break;
    }
  })
  .on("close", () => void end());
