import { isDeepStrictEqual } from "node:util";
import { formatQuantity, parseQuantity } from "@multigres/api-types";
import type { Live } from "./live.ts";
import { observe } from "./observe.ts";
import type { Entry, Table } from "./table.ts";

export interface Comparison {
  /** What differs, with what the documents say and where. */
  readonly differences: readonly string[];
  /** Entries that a value was looked up for. */
  readonly visited: readonly Entry[];
  /** Patterns of `open` that something matched. */
  readonly open: readonly string[];
}

/** Compares one pod with its instance's table, both ways: what isn't as expected, and what is there unexpectedly. */
export function compare(live: Live, open: Table["open"]): Comparison {
  const { component, name, expectations } = live.instance;
  const subject = [component, name, live.pod.metadata?.name].filter(Boolean).join(" / ");
  const observed = observe(live);
  const expand = placeholders(live);
  const wrong = expectations.flatMap(({ path, entry }) => {
    const found = normal(path, valueAt(observed, path));
    if (isKnown(observed, path) && satisfies(found, path, expand(entry))) return [];
    const wanted = JSON.stringify(expand(entry).value ?? entry.matches);
    return [`${subject}: ${path.join(" ")} is ${JSON.stringify(found)}, not ${wanted} (${entry.source})`];
  });
  const ruled = expectations.map(({ path }) => path);
  const patterns = open.flatMap(({ live: at }) => at ?? []);
  const unruled = leavesOf(observed).filter(({ path }) => !ruled.some((each) => startsWith(path, each)));
  const matching = (path: readonly string[]) =>
    patterns.filter((pattern) => startsWith([component, ...path], pattern.split(" "), "*"));
  return {
    differences: [
      ...wrong,
      ...unruled
        .filter(({ path }) => matching(path).length === 0)
        .map(({ path, value }) => `${subject}: ${path.join(" ")} is ${JSON.stringify(value)}, which no document says`),
    ],
    visited: expectations.map(({ entry }) => entry),
    open: unruled.flatMap(({ path }) => matching(path)),
  };
}

function satisfies(found: unknown, path: readonly string[], { value, matches }: Entry): boolean {
  if (matches === undefined) return isDeepStrictEqual(found, normal(path, value));
  const text = Array.isArray(found) ? found.join(" ") : String(found);
  return new RegExp(`^(?:${matches})$`, "s").test(text);
}

function placeholders({ all, instance, workload, pod }: Live): (entry: Entry) => Entry {
  const values: Readonly<Record<string, string | undefined>> = {
    namespace: all.namespace,
    sts: workload.metadata?.name,
    pod: pod.metadata?.name,
    ...instance.identity,
  };
  return (entry) =>
    JSON.parse(JSON.stringify(entry).replace(/<(\w+)>/g, (placeholder, name) => values[name] ?? placeholder)) as Entry;
}

/** One spelling of what means the same: nothing and empty, quantities, the order of a comma list. */
function normal(path: readonly string[], value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((each) => normal(path, each));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .map(([key, each]) => [key, normal(path, each)])
      .filter(([, each]) => each !== undefined);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  if (path.includes("resources") || path.includes("storage")) {
    const amount = parseQuantity(value);
    if (amount !== undefined) return formatQuantity(amount);
  }
  return typeof value === "string" ? commaList(value) : value;
}

function commaList(text: string): string {
  const { start = "", list = text } = /^(?<start>--[^=]+=)(?<list>.*)$/.exec(text)?.groups ?? {};
  return start + list.split(",").sort().join(",");
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], tree);
}

/** Nothing is what an unknown key has too. */
function isKnown(observed: unknown, path: readonly string[]): boolean {
  const parent = valueAt(observed, path.slice(0, -1));
  return typeof parent === "object" && parent !== null && (path.at(-1) ?? "") in parent;
}

function leavesOf(node: unknown, path: readonly string[] = []): { path: readonly string[]; value: unknown }[] {
  if (node === undefined) return [];
  if (typeof node !== "object" || node === null || Array.isArray(node)) return [{ path, value: node }];
  return Object.entries(node).flatMap(([key, value]) => leavesOf(value, [...path, key]));
}

function startsWith(path: readonly string[], start: readonly string[], wildcard?: string): boolean {
  return start.length <= path.length && start.every((key, index) => key === path[index] || key === wildcard);
}
