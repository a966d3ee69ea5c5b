// `npm test`: every check with a line each, then the tests; the last line is `N passed, N failed`.
import { delimiter, join } from "node:path";
import { UsageError } from "./command-line/options.ts";
import { ensureBinaries } from "./control-plane/index.ts";
import { checks, runCheck } from "./test-run/checks.ts";
import { parseTestRun, type TestRun, usage } from "./test-run/options.ts";
import { type Outcome, summary } from "./test-run/outcome.ts";
import { runVitest } from "./test-run/vitest.ts";

const root = join(import.meta.dirname, "..");

async function run(request: Exclude<TestRun, { kind: "help" }>): Promise<Outcome[]> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env["PATH"] ?? ""}`,
    NX_DAEMON: "false",
    NX_TUI: "false",
    // So that a test never pauses to ask, and prints the same everywhere.
    CI: "true",
    ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
  };
  const outcomes: Outcome[] = [];
  const needsControlPlane = request.kind === "all" || request.project === "e2e";
  for (const check of checks) {
    // The e2e tests run the bundles.
    if (request.kind === "all" || (needsControlPlane && check.name === "build"))
      outcomes.push(await runCheck(check, env));
  }
  if (needsControlPlane) {
    try {
      // Once here instead of in every worker.
      env["MULTIGRES_CONTROL_PLANE_BIN"] = await ensureBinaries({ log: (line) => console.log(line) });
    } catch (error) {
      console.log(`FAILED control plane: ${(error as Error).message}`);
      return [...outcomes, { passed: 0, failed: 1, reasons: [] }];
    }
  }
  const args = request.kind === "all" ? [] : ["--project", request.project, ...request.filters];
  outcomes.push(await runVitest(args, env));
  return outcomes;
}

async function main(): Promise<number> {
  process.chdir(root);
  const request = parseTestRun(process.argv.slice(2));
  if (request.kind === "help") {
    console.log(usage);
    return 0;
  }
  const outcomes = await run(request);
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
