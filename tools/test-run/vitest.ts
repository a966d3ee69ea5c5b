import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countTests, type Outcome, type VitestReport } from "./outcome.ts";

/** Runs vitest with its output on ours, and counts. */
export async function runVitest(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "multigres-test-"));
  try {
    const file = join(folder, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const child = spawn("vitest", ["run", ...reporters, ...args], { env, stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number | null];
    const text = await readFile(file, "utf8").catch(() => undefined);
    const report = text === undefined ? undefined : (JSON.parse(text) as VitestReport);
    const chosenByName = args.some((arg) => arg === "-t" || arg.startsWith("--testNamePattern"));
    return countTests(report, code ?? -1, chosenByName);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
