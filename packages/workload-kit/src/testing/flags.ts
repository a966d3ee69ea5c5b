import flagsJson from "../../testdata/flags.json" with { type: "json" };

/** One flag of a Multigres binary, as its `--help` prints it. */
export interface FlagDefinition {
  readonly type: string;
  readonly default: string | null;
}

/** Flags by binary and name, without the leading `--`. */
export type FlagTable = Readonly<Record<string, Readonly<Record<string, FlagDefinition>>>>;

export type Binary = "multiadmin" | "multigateway" | "multiorch" | "multipooler" | "pgctld";

/** Every flag of every binary, read from `--help` of the Multigres commit that the data-plane contract names. */
export const multigresFlags: FlagTable = flagsJson;

/** The part of a container that decides how its program is called; client-node's `V1Container` is assignable. */
export interface CalledContainer {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

const topology = ["topo-global-server-addresses", "topo-global-root"];
/** Neither port has a default, and without http there are no probes. */
const ports = ["http-port", "grpc-port"];

/** Flags without which the binary exits, never gets ready, or loses its identity on a restart. */
const required: Readonly<Record<Binary, readonly string[]>> = {
  multiadmin: [...ports, ...topology, "service-map"],
  multigateway: [...ports, ...topology, "cell", "hostname", "pg-port"],
  multiorch: [...ports, ...topology, "cell", "hostname", "service-id", "watch-targets"],
  multipooler: [
    ...ports,
    ...topology,
    "cell",
    "hostname",
    "service-id",
    "service-map",
    "database",
    "table-group",
    "shard",
    "pooler-dir",
    "pgctld-addr",
    "pg-port",
    "socket-file",
  ],
  pgctld: [...ports, "hostname", "pooler-dir", "pg-port", "pg-hba-template", "pg-database"],
};

/** Values that the binary refuses to run without. */
const fixed: Readonly<Partial<Record<Binary, Readonly<Record<string, string>>>>> = {
  multiadmin: { "service-map": "grpc-multiadmin" },
  multipooler: { "service-map": "grpc-pooler", "table-group": "default", shard: "0-inf" },
};

/** What must stand before the flags. */
const subcommands: Readonly<Partial<Record<Binary, string>>> = { pgctld: "server" };

const durationPattern = /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;
const expansion = /\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g;

/**
 * What is wrong with the arguments of a Multigres binary, one sentence each; empty when they are right. Checks that
 * flags are written `--name=value`, exist, stand once and have a value of their type, and that those are present which
 * the binary can't do without.
 */
export function checkFlags(binary: Binary, args: readonly string[], table: FlagTable = multigresFlags): string[] {
  const known = table[binary];
  if (!known) return [`${binary}: no flags are recorded for this binary`];
  const problems: string[] = [];
  const say = (text: string) => problems.push(`${binary}: ${text}`);

  const subcommand = subcommands[binary];
  if (subcommand !== undefined && args[0] !== subcommand) say(`the first argument must be ${subcommand}`);
  const given = new Map<string, string>();
  for (const arg of subcommand === undefined ? args : args.slice(1)) {
    const match = /^--([a-z0-9-]+)(?:=([\s\S]*))?$/.exec(arg);
    if (!match) {
      say(`${arg} isn't a --flag=value`);
      continue;
    }
    const [, name = "", value] = match;
    const flag = known[name];
    if (!flag) say(`--${name} doesn't exist`);
    else if (given.has(name)) say(`--${name} stands twice`);
    else if (value === undefined && flag.type !== "bool") say(`--${name} has no value`);
    else if (value !== undefined && !hasType(flag.type, value)) say(`--${name}=${value} isn't of type ${flag.type}`);
    given.set(name, value ?? "true");
  }
  for (const name of required[binary]) {
    if (!known[name]) say(`--${name} is required here but not recorded: the table of flags is of another version`);
    if (!given.get(name)) say(`--${name} is missing or empty`);
  }
  for (const [name, value] of Object.entries(fixed[binary] ?? {})) {
    const actual = given.get(name);
    if (actual && actual !== value) say(`--${name} must be ${value}, not ${actual}`);
  }
  return problems;
}

/** `checkFlags` of a container's arguments, and that every `$(NAME)` in them and in its env is defined before use. */
export function checkContainer(
  binary: Binary,
  container: CalledContainer,
  table: FlagTable = multigresFlags,
): string[] {
  return [...checkFlags(binary, container.args ?? [], table), ...checkExpansions(container)];
}

/**
 * References `$(NAME)` that the kubelet would leave as they stand: names without an env variable, and env values that
 * refer to a variable which comes later.
 */
export function checkExpansions(container: CalledContainer): string[] {
  const defined = new Set<string>();
  const problems: string[] = [];
  const check = (where: string, text: string) => {
    for (const [, name = ""] of text.matchAll(expansion)) {
      if (!defined.has(name)) problems.push(`${container.name}: ${where} refers to $(${name}), which isn't defined`);
    }
  };
  for (const variable of container.env ?? []) {
    check(`env ${variable.name}`, variable.value ?? "");
    defined.add(variable.name);
  }
  for (const arg of container.args ?? []) check(`argument ${arg}`, arg);
  return problems;
}

function hasType(type: string, value: string): boolean {
  switch (type) {
    case "int":
      return /^-?\d+$/.test(value);
    case "uint":
      return /^\d+$/.test(value);
    case "float":
      return /^-?\d+(\.\d+)?$/.test(value);
    case "bool":
      return value === "true" || value === "false";
    case "duration":
      return durationPattern.test(value);
    case "strings":
      return value.split(",").every((item) => item !== "");
    default:
      return true;
  }
}
