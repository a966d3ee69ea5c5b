import { type Fleet, pool, sharedDatabase } from "../fleet.ts";
import { type ClusterManifest, gibibytesOf, type PoolManifest, requests, volume } from "../manifests.ts";
import type { Random } from "../random.ts";
import type { EditKind } from "./edit.ts";
import { knownSize } from "./sizes.ts";

export const poolEdits: readonly EditKind[] = [
  {
    name: "instances of a pool",
    weight: 4,
    make: (draft, random) => {
      const found = ownPool(draft, random);
      if (found === undefined) return undefined;
      found.pool.replicas = random.between(0, 4);
      return { manifest: found.manifest, what: `${found.pool.replicas} instances in ${found.where}` };
    },
  },
  {
    name: "instances by override",
    weight: 2,
    make: ({ clusters }, random) => {
      const manifest = random.pick(clusters);
      const database = manifest?.spec.databases.find(({ name }) => name === sharedDatabase);
      if (manifest === undefined || database === undefined) return undefined;
      const overrides = (database.spec.overrides ?? []).filter(({ cell, type }) => cell !== "z1" || type !== "replica");
      const replicas = random.between(1, 3);
      database.spec.overrides = random.chance(0.6)
        ? [...overrides, { type: "replica", cell: "z1", replicas }]
        : overrides;
      return { manifest, what: `overrides of ${database.name}: ${JSON.stringify(database.spec.overrides)}` };
    },
  },
  {
    name: "pool added or removed",
    weight: 3,
    make: (draft, random) => {
      const manifest = random.pick(draft.clusters);
      const database = random.pick(manifest?.spec.databases ?? []);
      const cell = random.pick(manifest?.spec.cells ?? []);
      if (manifest === undefined || database === undefined || cell === undefined) return undefined;
      const pools = (database.spec.pools ?? database.spec.overrides) || [];
      const isSame = (other: PoolManifest) => other.type === "readOnly" && other.cell === cell.name;
      const isThere = pools.some(isSame);
      const size = knownSize(draft, manifest, database.name, { type: "readOnly", cell: cell.name });
      const changed = isThere
        ? pools.filter((other) => !isSame(other))
        : [...pools, pool("readOnly", cell.name, random.between(1, 2), size)];
      if (database.spec.pools === undefined) database.spec.overrides = changed;
      else database.spec.pools = changed;
      return {
        manifest,
        what: `${isThere ? "no" : "a"} pool of readOnly instances in ${cell.name} for ${database.name}`,
      };
    },
  },
  {
    name: "resources of PostgreSQL",
    weight: 2,
    make: (draft, random) => {
      const found = ownPool(draft, random);
      if (found === undefined) return undefined;
      found.pool.postgres = { resources: requests(random.between(100, 150)) };
      return { manifest: found.manifest, what: `resources of ${found.where}` };
    },
  },
  {
    name: "storage",
    weight: 2,
    make: (draft, random) => {
      const found = ownPool(draft, random);
      if (found === undefined) return undefined;
      found.pool.dataVolumeClaimTemplate = larger(found.pool, random);
      return { manifest: found.manifest, what: `storage of ${found.where}` };
    },
  },
  {
    name: "storage of etcd",
    weight: 1,
    make: ({ clusters }, random) => {
      const manifest = random.pick(clusters);
      const etcd = manifest?.spec.globalTopoServer.managedSpec;
      if (manifest === undefined || etcd === undefined) return undefined;
      etcd.dataVolumeClaimTemplate = volume(gibibytesOf(etcd.dataVolumeClaimTemplate) + 1);
      return { manifest, what: "storage of the global etcd" };
    },
  },
  {
    name: "template",
    weight: 3,
    make: ({ templates }, random) => {
      const manifest = random.pick(templates);
      const changed = random.pick(manifest?.spec.pools ?? []);
      if (manifest === undefined || changed === undefined) return undefined;
      const field = random.pick(["instances", "resources", "storage"] as const);
      if (field === "instances") changed.replicas = random.between(1, 3);
      else if (field === "resources") changed.postgres = { resources: requests(random.between(100, 150)) };
      else changed.dataVolumeClaimTemplate = larger(changed, random);
      return { manifest, what: `${field} of pool ${changed.type} in ${changed.cell}` };
    },
  },
  {
    name: "labels of pods",
    weight: 1,
    make: (draft, random) => {
      const found = ownPool(draft, random);
      if (found === undefined) return undefined;
      found.pool.podLabels = { team: `t${random.between(1, 9)}` };
      found.pool.podAnnotations = { note: `n${random.between(1, 9)}` };
      return { manifest: found.manifest, what: `labels and annotations of pods in ${found.where}` };
    },
  },
];

interface FoundPool {
  readonly manifest: ClusterManifest;
  readonly pool: PoolManifest;
  readonly where: string;
}

/** A pool that a cluster says itself, whole. */
function ownPool({ clusters }: Fleet, random: Random): FoundPool | undefined {
  const all = clusters.flatMap((manifest) =>
    manifest.spec.databases.flatMap(({ name, spec: { pools, overrides } }) =>
      [...(pools ?? []), ...(overrides ?? []).filter(({ dataVolumeClaimTemplate }) => dataVolumeClaimTemplate)].map(
        (each): FoundPool => ({ manifest, pool: each, where: `pool ${each.type} of ${name} in ${each.cell}` }),
      ),
    ),
  );
  return random.pick(all);
}

function larger({ dataVolumeClaimTemplate }: PoolManifest, random: Random) {
  const now = dataVolumeClaimTemplate === undefined ? 10 : gibibytesOf(dataVolumeClaimTemplate);
  return volume(now + random.between(1, 3));
}
