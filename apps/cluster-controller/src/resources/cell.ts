import { apiVersion, type Cell } from "@multigres/api-types";
import { cellLabels, components, names, ownedMetadata } from "@multigres/workload-kit";
import type { ResolvedCell, ResolvedCluster } from "../resolve.ts";
import { imagePull } from "./image-pull.ts";

export function cell(cluster: ResolvedCluster, { name, ...resolved }: ResolvedCell): Cell {
  const { owner } = cluster;
  return {
    apiVersion,
    kind: "Cell",
    metadata: ownedMetadata(
      owner,
      names.cell(owner.metadata.name, name),
      cellLabels(owner.metadata.name, name, components.cell),
    ),
    spec: {
      cluster: cluster.reference,
      name,
      ...resolved,
      images: { ...imagePull(cluster), multigateway: cluster.images.multigateway },
      globalTopoServer: cluster.topology,
      allCells: cluster.cells.map((other) => other.name),
      persistentVolumeClaimRetentionPolicy: cluster.persistentVolumeClaimRetentionPolicy,
    },
  };
}
