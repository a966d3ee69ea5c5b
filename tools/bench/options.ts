import { type OutputFormat, outputFormat, parseValues, UsageError, wholeNumber } from "../command-line/options.ts";

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
  readonly output: OutputFormat;
  /** Where CPU profiles of the controllers go. */
  readonly profile?: string;
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
  const text = { type: "string" } as const;
  const { values } = parseValues({
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
  if (values.help) return "help";
  return {
    output: outputFormat(values.output),
    sizes: [...new Set(list(values.sizes ?? "1,20,50").map((item) => wholeNumber("--sizes", item)))].sort(
      (a, b) => a - b,
    ),
    only: new Set(values.only === undefined ? benchmarks : list(values.only).map(benchmark)),
    rounds: wholeNumber("--rounds", values.rounds ?? "1"),
    restSeconds: wholeNumber("--rest-seconds", values["rest-seconds"] ?? "120"),
    settleSeconds: wholeNumber("--settle-seconds", values["settle-seconds"] ?? "60"),
    edits: wholeNumber("--edits", values.edits ?? "50"),
    profile: values.profile,
  };
}

function list(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

function benchmark(name: string): Benchmark {
  const found = benchmarks.find((each) => each === name);
  if (found === undefined) throw new UsageError(`--only takes ${benchmarks.join(", ")}, not ${JSON.stringify(name)}`);
  return found;
}
