import { z } from "zod";
import { resourceRequirements, volumeClaimTemplate } from "./common.ts";
import { placementShape } from "./placement.ts";

export const poolType = z.enum(["replica", "readOnly"]);
export type PoolType = z.infer<typeof poolType>;

export const containerSettings = z.object({ resources: resourceRequirements.optional() });
export type ContainerSettings = z.infer<typeof containerSettings>;

/**
 * One pool of a shard, as a user writes it: inline, in a ShardTemplate, or as an override.
 * Has no defaults on purpose: the API server would turn partial overrides into full ones.
 */
export const pool = z.object({
  type: poolType,
  cell: z.string(),
  replicas: z.int32().min(0).max(100).optional(),
  dataVolumeClaimTemplate: volumeClaimTemplate.optional(),
  postgres: containerSettings.optional(),
  multipooler: containerSettings.optional(),
  ...placementShape,
});
export type Pool = z.infer<typeof pool>;

/** A pool after resolution: everything that a controller needs is present. */
export const resolvedPool = pool.required({
  replicas: true,
  dataVolumeClaimTemplate: true,
  postgres: true,
  multipooler: true,
});
export type ResolvedPool = z.infer<typeof resolvedPool>;
