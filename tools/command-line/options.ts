import { type ParseArgsConfig, parseArgs } from "node:util";

/** What somebody typed can't be meant; the message says what to type. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** As Node's own parseArgs. Throws UsageError. */
export function parseValues<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** How results are printed; with `json` the last line of standard output is one object, and all else goes to standard error. */
export type OutputFormat = "text" | "json";

/** Throws UsageError. */
export function outputFormat(text: string | undefined): OutputFormat {
  if (text !== undefined && text !== "json" && text !== "text") {
    throw new UsageError(`--output takes json or text, not ${text}`);
  }
  return text ?? "text";
}

/** Throws UsageError. */
export function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new UsageError(`${option} takes whole numbers above 0, not ${JSON.stringify(text)}`);
  }
  return number;
}
