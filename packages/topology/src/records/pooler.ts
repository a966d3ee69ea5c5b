import { decodeMessage } from "./codec.ts";
import { type ComponentId, readId } from "./component.ts";
import { multipoolerSchema } from "./messages.ts";

const lifecycles = ["UNKNOWN", "STARTING", "ACTIVE", "STOPPING", "SHUTDOWN", "QUARANTINED"] as const;
const roles = ["UNKNOWN", "PRIMARY", "REPLICA"] as const;
const servingStatuses: Readonly<Record<number, "SERVING" | "DISABLED" | "DRAINING">> = {
  0: "SERVING",
  1: "DISABLED",
  4: "DRAINING",
};

/**
 * Multigres' `Multipooler`, as far as deciding needs it whether its pod is gone for good. Poolers write these
 * themselves, every 30 s, into their cell's topology, and never remove them; values of newer versions are UNKNOWN.
 */
export interface PoolerRecord {
  readonly key: string;
  /** The state in which it was read, for `removePooler`. */
  readonly modRevision: bigint;
  readonly id: ComponentId;
  readonly shardKey: { readonly database: string; readonly tableGroup: string; readonly shard: string };
  /** The name that the pooler registered: its pod's Service. */
  readonly hostname: string;
  readonly lifecycle: { readonly status: (typeof lifecycles)[number]; readonly reason: string };
  readonly servingStatus: (typeof servingStatuses)[number] | "UNKNOWN";
  /** A pod that vanished stays PRIMARY for ever: a hint, not the truth. */
  readonly role: (typeof roles)[number];
}

/** Throws MalformedRecordError. */
export function decodePooler(key: string, bytes: Uint8Array, modRevision: bigint): PoolerRecord {
  const message = decodeMessage(multipoolerSchema, key, bytes);
  const { database = "", tableGroup = "", shard = "" } = message.shardKey ?? {};
  const { status = 0, reason = "" } = message.lifecycleStatus ?? {};
  return {
    key,
    modRevision,
    id: readId(message.id),
    shardKey: { database, tableGroup, shard },
    hostname: message.hostname,
    lifecycle: { status: lifecycles[status] ?? "UNKNOWN", reason },
    servingStatus: servingStatuses[message.servingStatus] ?? "UNKNOWN",
    role: roles[message.routingState?.role ?? 0] ?? "UNKNOWN",
  };
}
