import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** What a document says: a value, or a pattern for the whole of it. */
export interface Entry {
  readonly value?: unknown;
  readonly matches?: string;
  readonly source: string;
}

interface Tree {
  readonly [key: string]: Entry | readonly Entry[] | Tree;
}

/** An entry, and where the instance it is for has its counterpart. */
export interface Expectation {
  readonly path: readonly string[];
  readonly entry: Entry;
}

/** One workload: what its component's table says, and what is said of it alone. */
export interface Instance {
  readonly component: string;
  readonly name: string;
  /** Plain texts of the instance: for the placeholders `<cell>` and `<database>`, and the pool's type. */
  readonly identity: Readonly<Partial<Record<"cell" | "database" | "type", string>>>;
  readonly expectations: readonly Expectation[];
}

export interface Table {
  readonly instances: readonly Instance[];
  /** All that the file has, wherever it stands. */
  readonly entries: readonly Entry[];
  readonly forbidden: Readonly<Record<string, readonly { readonly what: string; readonly source: string }[]>>;
  readonly open: readonly { readonly what: string; readonly live?: readonly string[] }[];
}

export function expectedPods(): Table {
  const { expected, forbidden, open } = read("expected-pods.yaml") as Omit<Table, "instances"> & {
    readonly expected: Readonly<Record<string, Tree & { readonly instances?: Readonly<Record<string, Tree>> }>>;
  };
  const instances = Object.entries(expected).flatMap(([component, { instances: each = { "": {} }, ...common }]) =>
    Object.entries(each).map(([name, tree]): Instance => {
      const { cell, database, type, ...own } = tree as Tree & Instance["identity"];
      const identity = { ...(cell && { cell }), ...(database && { database }), ...(type && { type }) };
      return { component, name, identity, expectations: [...flatten(common), ...flatten(own)] };
    }),
  );
  return { instances, entries: entriesIn(expected), forbidden, open };
}

/** Flags of each program of Multigres, without their dashes. */
export function multigresFlags(): Readonly<Record<string, readonly string[]>> {
  return read("multigres-flags.yaml") as Record<string, string[]>;
}

/** Of the argument `--name=value` the name, of others their place. */
export function argumentKey(argument: string, index: number): string {
  return /^(?<flag>--[^=]+)=/.exec(argument)?.groups?.flag ?? `argument ${index}`;
}

function flatten(tree: Tree, path: readonly string[] = []): Expectation[] {
  return Object.entries(tree).flatMap(([key, node]): Expectation[] => {
    const here = [...path, key];
    if (typeof node !== "object") throw new Error(`${here.join(" ")} has no source`);
    if (isEntry(node)) return [{ path: here, entry: node }];
    if (Array.isArray(node)) {
      return (node as Entry[]).map((entry, index) => ({
        path: [...here, argumentKey(textOf(entry), index)],
        entry,
      }));
    }
    return flatten(node as Tree, here);
  });
}

function textOf({ value, matches = "" }: Entry): string {
  return typeof value === "string" ? value : matches;
}

function entriesIn(node: unknown): Entry[] {
  if (typeof node !== "object" || node === null) return [];
  return isEntry(node) ? [node] : Object.values(node).flatMap(entriesIn);
}

function isEntry(node: unknown): node is Entry {
  return typeof node === "object" && node !== null && "source" in node;
}

function read(file: string): unknown {
  return parse(readFileSync(join(import.meta.dirname, "../../fixtures", file), "utf8"));
}
