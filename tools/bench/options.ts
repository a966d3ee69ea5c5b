import { parseArgs } from "node:util";

/** What can be measured. */
export const benchmarks = [
  "converge",
  "writes",
  "topology",
  "load",
  "memory",
  "rollout",
  "rest",
  "databases",
  "react",
] as const;
export type Benchmark = (typeof benchmarks)[number];

export interface BenchOptions {
  /** Numbers of clusters, smallest first. */
  readonly sizes: readonly number[];
  readonly only: ReadonlySet<Benchmark>;
  /** Pairs of control planes per size for `converge`; the median ratio counts. */
  readonly rounds: number;
  readonly restSeconds: number;
  readonly settleSeconds: number;
  readonly edits: number;
  readonly output: "text" | "json";
  /** Where CPU profiles of the controllers go. */
  readonly profile?: string;
}

export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const usage = `npm run bench -- [--sizes 1,20,50] [--only NAME,...] [--output json]

  --sizes N,...         numbers of clusters (default 1,20,50)
  --only NAME,...       of ${benchmarks.join(", ")} (default all)
  --rounds N            pairs of control planes per size for converge; the median ratio counts (default 1)
  --rest-seconds N      length of each window at rest, also of databases (default 120)
  --settle-seconds N    time before memory is read, idle and with clusters (default 60)
  --edits N             edits for react (default 50)
  --profile DIR         CPU profiles of the controllers go there; memory figures are then off
  --output json         the last line is one JSON object; its keys are in docs/benchmarks.md`;

/** Throws UsageError. */
export function parseOptions(args: readonly string[]): BenchOptions | "help" {
  const values = read(args);
  if (values.help) return "help";
  if (values.output !== undefined && values.output !== "json" && values.output !== "text") {
    throw new UsageError(`--output takes json or text, not ${values.output}`);
  }
  return {
    sizes: [...new Set(list(values.sizes ?? "1,20,50").map((text) => count("--sizes", text)))].sort((a, b) => a - b),
    only: new Set(values.only === undefined ? benchmarks : list(values.only).map(benchmark)),
    rounds: count("--rounds", values.rounds ?? "1"),
    restSeconds: count("--rest-seconds", values["rest-seconds"] ?? "120"),
    settleSeconds: count("--settle-seconds", values["settle-seconds"] ?? "60"),
    edits: count("--edits", values.edits ?? "50"),
    output: values.output ?? "text",
    profile: values.profile,
  };
}

function read(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        sizes: text,
        only: text,
        rounds: text,
        "rest-seconds": text,
        "settle-seconds": text,
        edits: text,
        profile: text,
        output: { type: "string", short: "o" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function list(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

function count(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new UsageError(`${option} takes whole numbers above 0, not ${JSON.stringify(text)}`);
  }
  return number;
}

function benchmark(name: string): Benchmark {
  const found = benchmarks.find((each) => each === name);
  if (found === undefined) throw new UsageError(`--only takes ${benchmarks.join(", ")}, not ${JSON.stringify(name)}`);
  return found;
}
