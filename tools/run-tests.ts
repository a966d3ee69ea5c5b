// `npm test`: every check with a line each, and the tests; the last line is `N passed, N failed`.
import { delimiter, join } from "node:path";
import { UsageError } from "./command-line/options.ts";
import { ensureBinaries } from "./control-plane/index.ts";
import { cacheFolder } from "./control-plane/program-folder.ts";
import { build, checks, runCheck } from "./test-run/checks.ts";
import { parseTestRun, type TestRun, usage } from "./test-run/options.ts";
import { type Outcome, summary } from "./test-run/outcome.ts";
import { runVitest } from "./test-run/vitest.ts";

const root = join(import.meta.dirname, "..");

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env["PATH"] ?? ""}`,
    NX_DAEMON: "false",
    NX_TUI: "false",
    // Of the programs of a run, most are started many times.
    NODE_COMPILE_CACHE: cacheFolder(process.env, "compiled"),
    // So that a test never pauses to ask, and prints the same everywhere.
    CI: "true",
    ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
  };
}

async function run(request: Exclude<TestRun, { kind: "help" }>, env: NodeJS.ProcessEnv): Promise<Outcome[]> {
  if (request.kind === "project" && request.project === "unit") {
    return [await runVitest(["--project", "unit", ...request.filters], env)];
  }
  const built = await runCheck(build, env);
  if (request.kind === "project") return [built, await runEndToEnd(env, request.filters)];
  // Side by side: the e2e tests wait more than half of the time.
  const [tested, others] = await Promise.all([runEndToEnd(env), runOthers(env)]);
  return [built, ...others, tested];
}

async function runOthers(env: NodeJS.ProcessEnv): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const check of checks) outcomes.push(await runCheck(check, env));
  return [...outcomes, await runVitest(["--project", "unit"], env, "atTheEnd")];
}

async function runEndToEnd(env: NodeJS.ProcessEnv, filters: readonly string[] = []): Promise<Outcome> {
  try {
    // Once here instead of in every worker.
    const binaries = await ensureBinaries({ log: (line) => console.log(line) });
    return await runVitest(["--project", "e2e", ...filters], { ...env, MULTIGRES_CONTROL_PLANE_BIN: binaries });
  } catch (error) {
    console.log(`FAILED control plane: ${(error as Error).message}`);
    return { passed: 0, failed: 1, reasons: [] };
  }
}

async function main(): Promise<number> {
  process.chdir(root);
  const request = parseTestRun(process.argv.slice(2));
  if (request.kind === "help") {
    console.log(usage);
    return 0;
  }
  const outcomes = await run(request, environment());
  for (const reason of outcomes.flatMap((outcome) => outcome.reasons)) console.log(`FAILED ${reason}`);
  console.log(summary(outcomes));
  return outcomes.every((outcome) => outcome.failed === 0) ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // The session is ours alone: this reaches whatever runs at the moment.
  process.once(signal, () => {
    process.kill(0, signal);
    process.exit(1);
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
