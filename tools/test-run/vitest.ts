import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countTests, type Outcome, type VitestReport } from "./outcome.ts";

/** Where vitest's output goes: on ours as it comes, or in one piece at the end, because others write meanwhile. */
export type VitestOutput = "asItComes" | "atTheEnd";

/** Runs vitest and counts. */
export async function runVitest(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: VitestOutput = "asItComes",
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "multigres-test-"));
  try {
    const file = join(folder, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const child = spawn("vitest", ["run", ...reporters, ...args], {
      env,
      stdio: output === "asItComes" ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    const pieces: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece: Buffer) => pieces.push(piece));
    const [code] = (await once(child, "close")) as [number | null];
    process.stdout.write(Buffer.concat(pieces));
    const text = await readFile(file, "utf8").catch(() => undefined);
    const report = text === undefined ? undefined : (JSON.parse(text) as VitestReport);
    const chosenByName = args.some((arg) => arg === "-t" || arg.startsWith("--testNamePattern"));
    return countTests(report, code ?? -1, chosenByName);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
