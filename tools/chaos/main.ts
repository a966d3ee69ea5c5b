import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { logFromNow, printResults, runProgram } from "../command-line/program.ts";
import { type ChaosOptions, parseOptions, usage } from "./options.ts";
import { isSound, renderReport } from "./report.ts";
import { run } from "./run.ts";

async function chaos(options: ChaosOptions): Promise<number> {
  const folder =
    options.folder === undefined ? mkdtempSync(join(tmpdir(), "multigres-chaos-")) : resolve(options.folder);
  const log = logFromNow();
  log(`seed ${options.seed}; everything is kept in ${folder}`);
  const results = await run(options, folder, log);
  printResults(options.output, renderReport(results), results);
  if (isSound(results) && options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  else log(`records, logs and the audit log are in ${folder}`);
  return isSound(results) ? 0 : 1;
}

const anySeed = () => Math.ceil(Math.random() * 1_000_000);

process.exitCode = await runProgram({ usage, parse: (args) => parseOptions(args, anySeed), run: chaos });
