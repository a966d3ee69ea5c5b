import { isIP } from "node:net";
import { InvalidSettingError } from "../errors.ts";

/** One endpoint of etcd. */
export interface Address {
  /** As written, without brackets around IPv6. */
  readonly host: string;
  readonly port: number;
}

/** Splits a host:port list as the API and Multigres' flags have it. Empty parts are dropped. */
export function splitAddressList(list: string): string[] {
  return list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Reads `host:port`, `[ipv6]:port`, each also after `http://` or `https://`. Throws InvalidSettingError. */
export function parseAddress(text: string): Address {
  const match = /^(?:https?:\/\/)?(?:\[([^\]]+)\]|([^:/\s[\]]+)):([0-9]{1,5})\/?$/.exec(text);
  const [, bracketed, plain, port] = match ?? [];
  const host = bracketed ?? plain;
  const number = Number(port);
  if (host === undefined || (bracketed !== undefined && isIP(bracketed) !== 6) || number < 1 || number > 65_535) {
    throw new InvalidSettingError(`"${text}" is no address of the form host:port`);
  }
  return { host, port: number };
}

export function formatAddress({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
