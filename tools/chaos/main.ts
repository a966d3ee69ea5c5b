import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ChaosOptions, parseOptions, UsageError, usage } from "./options.ts";
import { isSound, renderReport } from "./report.ts";
import { run } from "./run.ts";

async function chaos(options: ChaosOptions): Promise<number> {
  const folder =
    options.folder === undefined ? mkdtempSync(join(tmpdir(), "multigres-chaos-")) : resolve(options.folder);
  const startedAt = performance.now();
  const log = (line: string) => console.error(`${Math.round((performance.now() - startedAt) / 1000)} s  ${line}`);
  log(`seed ${options.seed}; everything is kept in ${folder}`);
  const results = await run(options, folder, log);
  const isJson = options.output === "json";
  (isJson ? process.stderr : process.stdout).write(`${renderReport(results)}\n`);
  if (isJson) process.stdout.write(`${JSON.stringify(results)}\n`);
  if (isSound(results) && options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  else log(`records, logs and the audit log are in ${folder}`);
  return isSound(results) ? 0 : 1;
}

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2), () => Math.ceil(Math.random() * 1_000_000));
    if (options !== "help") return await chaos(options);
    console.log(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
}

process.exitCode = await main();
