import { type OutputFormat, UsageError } from "./options.ts";

export interface Program<Options> {
  readonly usage: string;
  /** Throws UsageError. */
  readonly parse: (args: readonly string[]) => Options | "help";
  /** Resolves with the exit code. */
  readonly run: (options: Options) => Promise<number>;
}

/** Runs a program with the arguments of this process; resolves with the exit code, 2 where they can't be meant. */
export async function runProgram<Options>({ usage, parse, run }: Program<Options>): Promise<number> {
  try {
    const options = parse(process.argv.slice(2));
    if (options !== "help") return await run(options);
    console.log(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
}

/** Logs lines to standard error, with the seconds since now. */
export function logFromNow(): (line: string) => void {
  const startedAt = performance.now();
  return (line) => console.error(`${Math.round((performance.now() - startedAt) / 1000)} s  ${line}`);
}

/** Prints a report for people, and with `json` the results as the last line. */
export function printResults(format: OutputFormat, report: string, results: object): void {
  const isJson = format === "json";
  (isJson ? process.stderr : process.stdout).write(`${report}\n`);
  if (isJson) process.stdout.write(`${JSON.stringify(results)}\n`);
}
