import { type OutputFormat, outputFormat, parseValues, UsageError } from "../command-line/options.ts";

export interface DemoOptions {
  /** Manifests to apply; empty: the spec's example. */
  readonly files: readonly string[];
  /** kubectl context of an existing cluster; unset: a control plane of our own. */
  readonly context?: string;
  readonly once: boolean;
  readonly timeoutSeconds: number;
  readonly output: OutputFormat;
}

export const usage = `npm run demo -- [-f FILE...] [--context NAME] [--once] [--timeout SECONDS] [--output json]

  -f FILE...       apply these manifests instead of the spec's example
  --context NAME   use an existing cluster instead of starting a control plane
  --once           exit 0 when every applied MultigresCluster is Available, else 1 after the timeout
  --timeout N      seconds until it says why a cluster isn't Available (default 300)
  --output json    last line is one JSON object {clusters, objects, seconds}, everything else goes to standard error

On an existing cluster the controllers run on this machine, where the names of its Services don't lead to its topology servers.
Forward their ports and say where they are: DIAL_OVERRIDES='*-global-client.*.svc=127.0.0.1:12379' npm run demo -- --context NAME`;

export function parseOptions(args: readonly string[]): DemoOptions | "help" {
  const { values, positionals } = parseValues({
    args: [...args],
    allowPositionals: true,
    options: {
      filename: { type: "string", short: "f", multiple: true },
      context: { type: "string" },
      once: { type: "boolean" },
      timeout: { type: "string" },
      output: { type: "string", short: "o" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  const timeoutSeconds = Number(values.timeout ?? "300");
  if (!Number.isFinite(timeoutSeconds) || timeoutSeconds <= 0) {
    throw new UsageError(`--timeout takes a number of seconds above 0, not ${values.timeout}`);
  }
  const output = outputFormat(values.output);
  if (positionals.length > 0 && !values.filename) {
    throw new UsageError(`unexpected ${positionals[0]}; manifests come after -f`);
  }
  return {
    files: [...(values.filename ?? []), ...positionals],
    context: values.context,
    once: values.once ?? false,
    timeoutSeconds,
    output,
  };
}
