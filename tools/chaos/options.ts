import { parseArgs } from "node:util";

export interface ChaosOptions {
  readonly minutes: number;
  readonly clusters: number;
  readonly seed: number;
  readonly output: "text" | "json";
  /** Where everything is kept, also when all is well. */
  readonly folder?: string;
}

export class UsageError extends Error {
  override readonly name = "UsageError";
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
  const values = read(args);
  if (values.help) return "help";
  if (values.output !== undefined && values.output !== "json" && values.output !== "text") {
    throw new UsageError(`--output takes json or text, not ${values.output}`);
  }
  return {
    minutes: count("--minutes", values.minutes ?? "30"),
    clusters: count("--clusters", values.clusters ?? "10"),
    seed: values.seed === undefined ? anySeed() : count("--seed", values.seed),
    output: values.output ?? "text",
    folder: values.folder,
  };
}

function read(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
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
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function count(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new UsageError(`${option} takes whole numbers above 0, not ${JSON.stringify(text)}`);
  }
  return number;
}
