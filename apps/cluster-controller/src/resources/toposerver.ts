import { apiVersion, type TopoServer } from "@multigres/api-types";
import { names, ownedMetadata, topoServerLabels } from "@multigres/workload-kit";
import type { ResolvedCluster } from "../resolve.ts";
import { imagePull } from "./image-pull.ts";

/** Undefined when the global topology is external. */
export function globalTopoServer(cluster: ResolvedCluster): TopoServer | undefined {
  const { owner, globalTopoServer: topology } = cluster;
  if (!topology.managed) return undefined;
  const name = names.globalTopoServer(owner.metadata.name);
  return {
    apiVersion,
    kind: "TopoServer",
    metadata: ownedMetadata(owner, name, topoServerLabels(owner.metadata.name, name, undefined)),
    spec: {
      cluster: cluster.reference,
      rootPath: topology.rootPath,
      ...topology.managed,
      ...imagePull(cluster),
      persistentVolumeClaimRetentionPolicy: cluster.persistentVolumeClaimRetentionPolicy,
    },
  };
}
