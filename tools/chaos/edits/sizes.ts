import { poolKey, wantedOf } from "../expectation/wanted.ts";
import type { Fleet } from "../fleet.ts";
import type { ClusterManifest } from "../manifests.ts";

interface Place {
  readonly type: string;
  readonly cell: string;
}

function sizeKey({ metadata }: ClusterManifest, database: string, pool: Place): string {
  return `${metadata.namespace}/${metadata.name}/${database}/${poolKey(pool)}`;
}

/** What the volumes of a pool have, if there were any; else 1 GiB. */
export function knownSize({ sizes }: Fleet, manifest: ClusterManifest, database: string, pool: Place): number {
  return sizes[sizeKey(manifest, database, pool)] ?? 1;
}

/** Notes the sizes of all pools; false when one is to have less than its volumes have. */
export function noteSizes(fleet: Fleet): boolean {
  for (const manifest of fleet.clusters) {
    const template = fleet.templates.find(({ metadata }) => metadata.namespace === manifest.metadata.namespace);
    for (const [database, pools] of wantedOf(manifest, template).databases) {
      for (const pool of pools.values()) {
        if (pool.gibibytes < knownSize(fleet, manifest, database, pool)) return false;
        fleet.sizes[sizeKey(manifest, database, pool)] = pool.gibibytes;
      }
    }
  }
  return true;
}
