import type { MultigresClusterStatus, Quantity } from "@multigres/api-types";
import { mergeGrowthFailures } from "@multigres/status-kit";
import type { ClusterHealth } from "./health.ts";

/** Which volumes couldn't grow -> the size that they have. */
export type GrowthFailures = Readonly<Record<string, Quantity>>;

const repository = "backupRepository";

/** By where the cluster's spec sets the size: admission lets the user go back to what the volumes have. */
export function storageGrowthFailures({
  topology,
  cells,
  databases,
}: ClusterHealth): Pick<MultigresClusterStatus, "storageGrowthFailures"> {
  return mergeGrowthFailures([
    renamed(topology.growthFailures, () => "globalTopoServer"),
    ...cells.map(({ name, growthFailures }) => renamed(growthFailures, (key) => `cells/${name}/${key}`)),
    ...databases.map(({ name, growthFailures }) =>
      renamed(growthFailures, (key) => (key === repository ? repository : `databases/${name}/${key}`)),
    ),
  ]);
}

function renamed(failures: GrowthFailures, rename: (key: string) => string): GrowthFailures {
  return Object.fromEntries(Object.entries(failures).map(([key, size]) => [rename(key), size]));
}
