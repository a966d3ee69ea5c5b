import type { TaskKind } from "@multigres/controller-kit";
import { z } from "zod";
import { callMultiadmin, type MultiadminSettings } from "./client.ts";
import { listPoolers, primaryAmong } from "./list-poolers.ts";
import type { PoolerId } from "./pooler-id.ts";
import { compareRules, type Rule } from "./rule.ts";
import { message, poolerId } from "./shapes.ts";
import { isOfShard, type ShardInput } from "./shard.ts";

export interface SwitchPrimaryInput extends ShardInput {
  /** Who is to step down. Its rule makes another primacy of the same pooler another task. */
  readonly primary: PoolerId & { readonly rule?: Rule };
  /** Stands in the shard's history of rules. */
  readonly reason: string;
}

/**
 * - `switched`: it has stepped down, and the orchestrator elects another one. That takes seconds more.
 * - `moved`: it isn't the primary (any more), so nothing was done.
 */
export interface SwitchPrimaryOutput {
  readonly outcome: "switched" | "moved";
}

const answer = z.object({ oldLeaderId: message(poolerId.shape) });

/** Makes a primary step down. Multiadmin demotes whoever leads, so this looks first: a repetition demotes nobody else. */
export const switchPrimary: TaskKind<SwitchPrimaryInput, SwitchPrimaryOutput, MultiadminSettings> = {
  name: "switch-primary",
  async perform(input, context) {
    const { address, database, tableGroup, shard, primary, reason } = input;
    const records = await listPoolers.perform({ address }, context);
    const current = primaryAmong(records.filter((record) => isOfShard(record, input)));
    if (
      current?.cell !== primary.cell ||
      current.name !== primary.name ||
      compareRules(current.rule, primary.rule) > 0
    ) {
      return { outcome: "moved" };
    }
    const path = `/api/v1/shards/${[database, tableGroup, shard].map(encodeURIComponent).join("/")}/switch-primary`;
    await callMultiadmin({ address, path, body: { reason }, answer }, context);
    return { outcome: "switched" };
  },
};
