import { type OutputFormat, outputFormat, parseValues, wholeNumber } from "../command-line/options.ts";

export interface ChaosOptions {
  readonly minutes: number;
  readonly clusters: number;
  readonly seed: number;
  readonly output: OutputFormat;
  /** Where everything is kept, also when all is well. */
  readonly folder?: string;
}

export const usage = `npm run chaos -- [--minutes 30] [--clusters 10] [--seed N] [--folder DIR] [--output json]

  --minutes N      how long it goes on (default 30)
  --clusters N     number of clusters (default 10)
  --seed N         repeats the edits and the moments of a run (default: by chance; it is printed)
  --folder DIR     records, logs and the audit log go there and stay; else they only stay when something was wrong
  --output json    the last line is one JSON object; its keys are in docs/benchmarks.md

Exits 1 when an invariant was broken, a volume was lost, or a cluster isn't as its spec wants it in the end.`;

/** `anySeed` is taken when none is given. Throws UsageError. */
export function parseOptions(args: readonly string[], anySeed: () => number): ChaosOptions | "help" {
  const text = { type: "string" } as const;
  const { values } = parseValues({
    args: [...args],
    options: {
      minutes: text,
      clusters: text,
      seed: text,
      folder: text,
      output: { type: "string", short: "o" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  return {
    output: outputFormat(values.output),
    minutes: wholeNumber("--minutes", values.minutes ?? "30"),
    clusters: wholeNumber("--clusters", values.clusters ?? "10"),
    seed: values.seed === undefined ? anySeed() : wholeNumber("--seed", values.seed),
    folder: values.folder,
  };
}
