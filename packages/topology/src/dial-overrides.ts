import { formatAddress, parseAddress, splitAddressList } from "./etcd/addresses.ts";
import { InvalidSettingError } from "./errors.ts";

/** Dial something else than what a name says: for development and tests outside of a Kubernetes cluster. */
export interface DialOverride {
  /** Matches `host`, or `host:port` when it has a colon; `*` stands for any characters. */
  readonly pattern: string;
  /** `host:port` to dial instead. */
  readonly address: string;
  /** Goes before every key or path: "" or `/a/b`, where `{host}` stands for the host that matched. */
  readonly prefix: string;
}

/** Where to dial, and what goes before every key or path there. */
export interface DialTarget {
  readonly address: string;
  /** The host that was asked for; a certificate must be for it. */
  readonly serverName: string;
  readonly prefix: string;
}

/**
 * Reads `DIAL_OVERRIDES`: `pattern=host:port[/prefix]`, separated by commas, for example
 * `*-client.*.svc=127.0.0.1:2379/{host}`. Empty or undefined: none. Throws InvalidSettingError, naming the entry.
 */
export function parseDialOverrides(text: string | undefined): readonly DialOverride[] {
  return splitAddressList(text ?? "").map(parseEntry);
}

function parseEntry(entry: string): DialOverride {
  const [, pattern, target, prefix = ""] = /^([^=\s]+)=([^=/\s]+)((?:\/[^=\s]*)?)$/.exec(entry) ?? [];
  if (pattern === undefined || target === undefined) {
    throw new InvalidSettingError(`dial override "${entry}" isn't of the form pattern=host:port[/prefix]`);
  }
  try {
    parseAddress(target);
  } catch (cause) {
    throw new InvalidSettingError(`dial override "${entry}" names no host:port to dial`, { cause });
  }
  return { pattern, address: target, prefix: prefix.replace(/\/+$/, "") };
}

/** Where to dial for one `host:port`. Of several overrides that match the first counts; none: the address itself. */
export function dialTarget(overrides: readonly DialOverride[], address: string): DialTarget {
  const { host, port } = parseAddress(address);
  const whole = formatAddress({ host, port });
  const override = overrides.find(({ pattern }) => matches(pattern, pattern.includes(":") ? whole : host));
  if (override === undefined) return { address: whole, serverName: host, prefix: "" };
  return { address: override.address, serverName: host, prefix: override.prefix.replaceAll("{host}", host) };
}

export interface DialTargets {
  readonly targets: readonly Omit<DialTarget, "prefix">[];
  readonly prefix: string;
}

/**
 * The same for the endpoints of one etcd: each is dialled once, and all see the keys below the prefix of the first.
 * Throws InvalidSettingError when there is none, and when only some have a prefix.
 */
export function dialTargets(overrides: readonly DialOverride[], addresses: readonly string[]): DialTargets {
  const targets = addresses.map((address) => dialTarget(overrides, address));
  const [first] = targets;
  if (first === undefined) throw new InvalidSettingError("no address of etcd");
  if (targets.some(({ prefix }) => (prefix === "") !== (first.prefix === ""))) {
    throw new InvalidSettingError(`dial overrides lead ${addresses.join(", ")} to different stores`);
  }
  const once = new Map(targets.map((target) => [target.address, target]));
  return { targets: [...once.values()], prefix: first.prefix };
}

function matches(pattern: string, text: string): boolean {
  const expression = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${expression.join(".*")}$`).test(text);
}
