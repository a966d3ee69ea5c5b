import { z } from "zod";
import { bounds } from "./bounds.ts";
import { resourceRequirements, volumeClaimTemplate } from "./common.ts";
import { listMap } from "./markers.ts";
import { cellName } from "./names.ts";
import { placementShape } from "./placement.ts";

export const poolType = z.enum(["replica", "readOnly"]);
export type PoolType = z.infer<typeof poolType>;

const containerSettings = z.object({ resources: resourceRequirements.optional() });
export type ContainerSettings = z.infer<typeof containerSettings>;

/**
 * One pool of a shard, as a user writes it: inline, in a ShardTemplate, or as an override.
 * Has no defaults on purpose: the API server would turn partial overrides into full ones.
 */
export const pool = z.object({
  type: poolType.describe("replica: can become primary. readOnly: meant for reading."),
  cell: cellName.describe("Name of the cell, as in spec.cells of the cluster, that this pool runs in."),
  replicas: z.int32().min(0).max(bounds.replicas).describe("Number of PostgreSQL instances. Unset: 3.").optional(),
  dataVolumeClaimTemplate: volumeClaimTemplate
    .describe("Volume of each instance. Unset: ReadWriteOnce, 10Gi.")
    .optional(),
  postgres: containerSettings.describe("PostgreSQL's container.").optional(),
  multipooler: containerSettings.describe("The multipooler container beside PostgreSQL.").optional(),
  ...placementShape,
});
export type Pool = z.infer<typeof pool>;

/** Pools of one list; `(type, cell)` is unique within it. */
export const pools = listMap(pool, ["type", "cell"], bounds.pools);

/** A pool after resolution: everything that a controller needs is present. */
export const resolvedPool = pool.required({
  replicas: true,
  dataVolumeClaimTemplate: true,
  postgres: true,
  multipooler: true,
});
export type ResolvedPool = z.infer<typeof resolvedPool>;

export const resolvedPools = listMap(resolvedPool, ["type", "cell"], bounds.resolvedPools);
