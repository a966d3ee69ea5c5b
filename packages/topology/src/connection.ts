import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type DialOverride, parseDialOverrides } from "./dial-overrides.ts";
import { InvalidSettingError } from "./errors.ts";
import { splitAddressList } from "./etcd/addresses.ts";
import { createEtcdClient, type EtcdClient } from "./etcd/client.ts";
import type { ClientTls } from "./etcd/client-tls.ts";

/** Environment variables of every program that dials topology servers: the shape of a zod object. */
export const topologySettings = {
  DIAL_OVERRIDES: z
    .string()
    .default("")
    .transform((text, context): readonly DialOverride[] => {
      try {
        return parseDialOverrides(text);
      } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message });
        return z.NEVER;
      }
    })
    .describe("Other addresses to dial, for development and tests."),
  TOPOLOGY_TLS_DIR: z
    .string()
    .default("/etc/multigres/topology-tls")
    .describe("Holds <namespace>.<secret>/{tls.crt,tls.key,ca.crt} for each tlsSecretRef."),
};
export type TopologySettings = z.output<z.ZodObject<typeof topologySettings>>;

/** A topology server as the API names it. */
export interface TopologyServer {
  /** `host:port`, several separated by commas. */
  readonly address: string;
  readonly tlsSecretRef?: { readonly name: string } | undefined;
}

const clients = new WeakMap<TopologySettings, Map<string, EtcdClient>>();

/** Far more than one operator has topology servers; what is above it is opened anew when it is needed. */
const keptClients = 1_000;

/**
 * A connection to a topology server, the same for all who ask with the same settings object. Certificates are read from
 * files each time, so new ones are used at once; a connection with older ones is left to idle out.
 *
 * @param namespace of the tlsSecretRef
 * @throws InvalidSettingError for an address that is none, and for certificates that aren't there: says what to mount where
 */
export async function connectTopology(
  { address, tlsSecretRef }: TopologyServer,
  namespace: string,
  settings: TopologySettings,
): Promise<EtcdClient> {
  const addresses = splitAddressList(address);
  const tls = tlsSecretRef && (await readTls(`${namespace}.${tlsSecretRef.name}`, settings.TOPOLOGY_TLS_DIR));
  const known = clients.get(settings) ?? new Map<string, EtcdClient>();
  clients.set(settings, known);
  const key = JSON.stringify([addresses, tls]);
  const dialOverrides = settings.DIAL_OVERRIDES;
  const client = known.get(key) ?? createEtcdClient({ addresses, dialOverrides, ...(tls && { tls }) });
  // Back to the end: the map is in the order of last use.
  known.delete(key);
  known.set(key, client);
  for (const oldest of known.keys()) {
    if (known.size <= keptClients) break;
    known.delete(oldest);
  }
  return client;
}

const tlsFiles = { cert: "tls.crt", key: "tls.key", ca: "ca.crt" } as const;

async function readTls(secret: string, directory: string): Promise<Required<ClientTls>> {
  const folder = join(directory, secret);
  const read = async (file: string) => {
    try {
      return await readFile(join(folder, file), "utf8");
    } catch (cause) {
      throw new InvalidSettingError(
        `${join(folder, file)} can't be read (${(cause as NodeJS.ErrnoException).code}): controllers read no Secrets, so mount a copy of Secret ${secret.replace(".", "/")}, with tls.crt, tls.key and ca.crt, at ${folder} of this controller`,
        { cause },
      );
    }
  };
  // One after the other, so that of several that are missing always the same one is named.
  const cert = await read(tlsFiles.cert);
  const key = await read(tlsFiles.key);
  return { cert, key, ca: await read(tlsFiles.ca) };
}
