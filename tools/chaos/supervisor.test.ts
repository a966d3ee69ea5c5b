import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ControllerProcess, Operator } from "../operator/operator.ts";
import { Supervisor } from "./supervisor.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "supervisor-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lostItsLease = '{"level":"error","msg":"lease lost"}\n';

/** An operator of one controller, whose processes end when they are told to. */
function anOperator() {
  const signals: string[] = [];
  const logFile = join(folder, "cell-controller.log");
  let end = () => {};
  let starts = 0;
  const start = (): ControllerProcess => {
    starts += 1;
    appendFileSync(logFile, '{"level":"info","msg":"started"}\n');
    const exited = new Promise<{ code: number; signal: null }>((resolve) => {
      end = () => resolve({ code: 1, signal: null });
    });
    const signal = (name: string) => {
      signals.push(name);
      if (name === "SIGKILL") end();
    };
    return { name: "cell-controller", pid: starts, logFile, exited, signal, stop: async () => end() };
  };
  const first = start();
  const operator: Operator = {
    controllers: new Map([["cell-controller", first]]),
    topology: undefined,
    start: async () => start(),
    stop: async () => end(),
  };
  return { operator, signals, logFile, end: () => end(), starts: () => starts };
}

test("a killed controller is started again, once", async () => {
  const { operator, starts } = anOperator();
  const supervisor = new Supervisor(operator, folder, 1);
  expect(supervisor.kill("cell-controller", "SIGKILL")).toBe(true);
  await vi.waitFor(() => expect(starts()).toBe(2), 5_000);
  expect(supervisor.ends).toEqual([{ controller: "cell-controller", how: "killed" }]);
  await supervisor.end();
  expect(starts()).toBe(2);
});

test.each([
  ["lost its Lease", lostItsLease],
  ["lost its Lease", `${lostItsLease}{"level":"warn","msg":"a task failed"}\n`],
  ["crashed", '{"level":"error","msg":"something else"}\n'],
])("a controller that ends by itself %s", async (how, line) => {
  const { operator, logFile, end } = anOperator();
  const supervisor = new Supervisor(operator, folder, 1);
  appendFileSync(logFile, line);
  end();
  await vi.waitFor(() => expect(supervisor.ends).toEqual([{ controller: "cell-controller", how }]));
  await supervisor.end();
});

test("a held controller goes on, and isn't killed meanwhile", async () => {
  const { operator, signals } = anOperator();
  const supervisor = new Supervisor(operator, folder, 1);
  const held = supervisor.hold("cell-controller", 10);
  expect(supervisor.kill("cell-controller", "SIGKILL")).toBe(false);
  expect(await supervisor.hold("cell-controller", 10)).toBe(false);
  expect(await held).toBe(true);
  expect(signals).toEqual(["SIGSTOP", "SIGCONT"]);
  await supervisor.end();
});
