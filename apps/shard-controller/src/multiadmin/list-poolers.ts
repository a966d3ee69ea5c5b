import type { TaskKind } from "@multigres/controller-kit";
import { z } from "zod";
import { callMultiadmin, type MultiadminSettings } from "./client.ts";
import { byPoolerId, type PoolerId } from "./pooler-id.ts";
import { compareRules, type Rule } from "./rule.ts";
import { enumName, message, poolerId, repeated, ruleNumber, text } from "./shapes.ts";
import type { MultigresShard } from "./shard.ts";

/** A pooler as it stands in the topology: what it last said of itself. */
export interface PoolerRecord extends PoolerId, MultigresShard {
  /** Whether it is the writable one, in its own words. A dead one's words stay. */
  readonly isPrimary: boolean;
  /** Of the primary alone. */
  readonly rule?: Rule;
  /** As in `LIFECYCLE_<name>`; empty where none is told. */
  readonly lifecycle: string;
  readonly isServing: boolean;
}

/** Nothing of the shard is in it, so that all shards of a cluster share one list. */
export interface ListPoolersInput {
  /** `http://host:port` of multiadmin. */
  readonly address: string;
}

const answer = z.object({
  poolers: repeated(
    z.object({
      id: poolerId,
      shardKey: message({ database: text, tableGroup: text, shard: text }),
      servingStatus: enumName,
      lifecycleStatus: message({ status: enumName }),
      routingState: message({ role: enumName, rule: ruleNumber }),
    }),
  ),
});

/** All poolers of a cluster, without what changes by itself. */
export const listPoolers: TaskKind<ListPoolersInput, readonly PoolerRecord[], MultiadminSettings> = {
  name: "list-poolers",
  readsOnly: true,
  async perform({ address }, context) {
    // When it can't read the records of one cell it answers 500, so a list is always the whole one.
    const { poolers } = await callMultiadmin({ address, path: "/api/v1/poolers", answer }, context);
    return poolers
      .map(({ id, shardKey, servingStatus, lifecycleStatus, routingState }): PoolerRecord => {
        const isPrimary = routingState?.role === "ROUTING_ROLE_PRIMARY";
        return {
          ...id,
          database: shardKey?.database ?? "",
          tableGroup: shardKey?.tableGroup ?? "",
          shard: shardKey?.shard ?? "",
          isPrimary,
          ...(isPrimary && routingState.rule && { rule: routingState.rule }),
          lifecycle: (lifecycleStatus?.status ?? "").replace(/^LIFECYCLE_/, ""),
          isServing: servingStatus === "" || servingStatus === "SERVING",
        };
      })
      .sort(byPoolerId);
  },
};

const gone: ReadonlySet<string> = new Set(["STOPPING", "SHUTDOWN", "QUARANTINED"]);

/**
 * Of records that call themselves primary, the one that is: after a crash the dead one's record stays, and the new one
 * has a greater rule. Poolers that are leaving, or don't serve, are none.
 */
export function primaryAmong(records: readonly PoolerRecord[]): PoolerRecord | undefined {
  return records
    .filter(({ isPrimary, lifecycle, isServing }) => isPrimary && isServing && !gone.has(lifecycle))
    .reduce<PoolerRecord | undefined>(
      (greatest, record) => (greatest && compareRules(greatest.rule, record.rule) >= 0 ? greatest : record),
      undefined,
    );
}
