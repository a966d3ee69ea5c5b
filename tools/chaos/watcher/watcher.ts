import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Violation } from "../judge/judge.ts";
import type { Order, Report, Verdict } from "./protocol.ts";

/** The watcher's process, as the run sees it. */
export interface Watcher {
  readonly pid: number;
  readonly violations: readonly Violation[];
  /** Rejects when it ends before it is asked to; never resolves. */
  readonly failed: Promise<never>;
  /** What was seen and judged until some seconds ago. */
  progress(): { readonly facts: number; readonly judged: number };
  /** Something is held from now on; the returned function says that it isn't any more. */
  readonly note: (what: string) => () => void;
  finish(): Promise<Verdict>;
  stop(): void;
}

/** Starts it and waits until it sees everything. Violations are told as soon as they are found. */
export async function startWatcher(
  instructions: Omit<Extract<Order, { order: "watch" }>, "order">,
  found: (violation: Violation) => void,
): Promise<Watcher> {
  const child = fork(fileURLToPath(new URL("./main.ts", import.meta.url)), { env: { NODE_NO_WARNINGS: "1" } });
  const violations: Violation[] = [];
  let progress = { facts: 0, judged: 0 };
  let lastId = 0;
  let isEnding = false;
  const failed = new Promise<never>((_, reject) => {
    child.once("exit", (code) => {
      if (!isEnding) reject(new Error(`the watcher ended with code ${code}`));
    });
  });
  failed.catch(() => {});
  // Whoever waits for it is told by its end.
  child.on("error", () => {});
  const send = (order: Order) => void child.send(order);
  child.on("message", (report: Report) => {
    if (report.report === "violation") {
      violations.push(report.violation);
      found(report.violation);
    }
    if (report.report === "progress") {
      progress = { facts: report.facts, judged: report.tallies.reduce((sum, { judged }) => sum + judged, 0) };
    }
  });
  const watching = answer(child, "watching");
  send({ order: "watch", ...instructions });
  await Promise.race([watching, failed]);
  return {
    pid: child.pid ?? 0,
    violations,
    failed,
    progress: () => progress,
    note: (what) => {
      const id = ++lastId;
      const from = Date.now();
      send({ order: "note", id, disturbance: { what, from } });
      return () => send({ order: "note", id, disturbance: { what, from, to: Date.now() } });
    },
    finish: async () => {
      const verdict = answer(child, "verdict");
      send({ order: "finish" });
      const given = await Promise.race([verdict, failed]);
      isEnding = true;
      return given;
    },
    stop: () => {
      isEnding = true;
      child.kill("SIGKILL");
    },
  };
}

function answer<R extends Report["report"]>(child: ChildProcess, wanted: R): Promise<Extract<Report, { report: R }>> {
  return new Promise((resolve) => {
    const take = (report: Report) => {
      if (report.report !== wanted) return;
      child.off("message", take);
      resolve(report as Extract<Report, { report: R }>);
    };
    child.on("message", take);
  });
}
