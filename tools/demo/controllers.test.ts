import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { ControllerProcess } from "../operator/controllers.ts";
import { firstToEnd } from "./controllers.ts";

type Exited = ControllerProcess["exited"];

function aController(name: string, exited: Exited, logFile = "/nowhere"): ControllerProcess {
  return { name, pid: 1, logFile, exited, signal: () => {}, stop: async () => {} };
}

it("says which controller has ended, how, and the last lines of its log", async () => {
  const folder = mkdtempSync(join(tmpdir(), "demo-controllers-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const log = join(folder, "log");
  writeFileSync(log, `${Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n")}\n`);
  const running = aController("cell-controller", new Promise(() => {}));
  const ended = aController("shard-controller", Promise.resolve({ code: 3, signal: null }), log);
  const { message } = await firstToEnd([running, ended]);
  expect(message.split("\n")).toEqual([
    "shard-controller has ended with code 3; the end of its log:",
    ...Array.from({ length: 8 }, (_, index) => `line ${index + 12}`),
  ]);
});

it("says it without a log, too", async () => {
  const { message } = await firstToEnd([
    aController("topo-controller", Promise.resolve({ code: null, signal: "SIGKILL" })),
  ]);
  expect(message).toBe("topo-controller has ended with SIGKILL; the end of its log:\n");
});
