import { UsageError } from "../command-line/options.ts";

/** What `npm test -- ...` asks for. */
export type TestRun =
  | { readonly kind: "help" }
  /** Every check, then every test. */
  | { readonly kind: "all" }
  /** One vitest project; `filters` are passed on to vitest. */
  | { readonly kind: "project"; readonly project: "unit" | "e2e"; readonly filters: readonly string[] };

export const usage = `npm test                       every check, then every test
npm test -- unit [FILTER...]   only unit tests; a filter is part of a file name, or -t and part of a test's name
npm test -- e2e [FILTER...]    only tests against a real control plane`;

/** Throws UsageError. */
export function parseTestRun(args: readonly string[]): TestRun {
  const [project, ...filters] = args;
  if (project === undefined) return { kind: "all" };
  if (project === "--help" || project === "-h") return { kind: "help" };
  if (project === "unit" || project === "e2e") return { kind: "project", project, filters };
  throw new UsageError(`unknown argument ${project}\n${usage}`);
}
