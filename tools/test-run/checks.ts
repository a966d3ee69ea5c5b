import { spawn } from "node:child_process";
import { elapsed } from "../control-plane/progress.ts";
import type { Outcome } from "./outcome.ts";

/** A program that says by its exit code whether all is well. */
export interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** Makes the bundles that the e2e tests start, and the package that one of the checks looks at. */
export const build: Check = { name: "build", command: ["nx", "run-many", "-t", "build"] };

/** All others: nothing needs their results. nx has those of a tree that it has seen before; their commands are in package.json. */
export const checks: readonly Check[] = [
  { name: "format", command: ["biome", "format", "."] },
  { name: "lint", command: cached("lint") },
  { name: "unused code", command: cached("unused-code") },
  { name: "types", command: cached("types") },
  // What consumers of packages/api-types get: publint and attw on its built folder.
  { name: "package", command: cached("package") },
];

function cached(target: string): Check["command"] {
  return ["nx", "run", `multigres-operator:${target}`];
}

/** Runs a check, prints a line, and its output if it fails. */
export async function runCheck(check: Check, env: NodeJS.ProcessEnv): Promise<Outcome> {
  const start = Date.now();
  const { code, output } = await capture(check.command, env);
  const ok = code === 0;
  console.log(`${ok ? "ok    " : "FAILED"} ${check.name} (${elapsed(Date.now() - start)})`);
  if (!ok) console.log(output.trimEnd());
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, reasons: [] };
}

function capture(
  [command, ...args]: Check["command"],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
    }
    child.once("error", (error) => resolve({ code: -1, output: error.message }));
    child.once("close", (code) => resolve({ code: code ?? -1, output }));
  });
}
