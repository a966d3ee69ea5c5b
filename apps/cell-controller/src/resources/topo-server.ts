import { apiVersion, type Cell, type TopoServer } from "@multigres/api-types";
import { names, ownedMetadata, topoServerLabels } from "@multigres/workload-kit";
import { ownTopoServer } from "../own-topo-server.ts";

/** The cell's own topology server, if the operator is to run one. */
export function localTopoServer(cell: Cell): TopoServer | undefined {
  const own = ownTopoServer(cell);
  if (own.kind !== "managed") return undefined;
  const { cluster, name: cellName, images, persistentVolumeClaimRetentionPolicy } = cell.spec;
  const { imagePullPolicy, imagePullSecrets } = images;
  const name = names.cellTopoServer(cluster.name, cellName);
  return {
    apiVersion,
    kind: "TopoServer",
    metadata: ownedMetadata(cell, name, topoServerLabels(cluster.name, name, cellName)),
    spec: {
      cluster,
      cell: cellName,
      rootPath: own.rootPath,
      ...own.managed,
      ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
      ...(imagePullSecrets === undefined ? {} : { imagePullSecrets }),
      ...(persistentVolumeClaimRetentionPolicy === undefined ? {} : { persistentVolumeClaimRetentionPolicy }),
    },
  };
}
