import { z } from "zod";
import { pools } from "./pool.ts";

export const shardTemplateSpec = z.object({
  pools: pools.min(1).describe("The pools of a shard; overrides match them by type and cell."),
});
export type ShardTemplateSpec = z.infer<typeof shardTemplateSpec>;
