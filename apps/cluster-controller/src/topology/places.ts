import type { MultigresClusterStatus } from "@multigres/api-types";
import { type TopologyOwner, type TopologyPlace, topologyPlace } from "@multigres/topology";
import { managedTopology, names } from "@multigres/workload-kit";
import type { ResolvedCell, ResolvedCluster } from "../resolve.ts";

/** A place on a server that someone else runs; with a cell: its own topology, else the global one. */
export type ExternalTopology = NonNullable<MultigresClusterStatus["externalTopologies"]>[number];

export function topologyOwner({ owner: { metadata } }: ResolvedCluster): TopologyOwner {
  return { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid ?? "" };
}

export function globalPlace({ topology }: ResolvedCluster): TopologyPlace {
  return topologyPlace(topology);
}

/** Where the components of a cell register themselves. */
export function cellPlace(cluster: ResolvedCluster, { name, topoServer }: ResolvedCell): TopologyPlace {
  const { rootPath, external, managedSpec } = topoServer;
  if (rootPath !== undefined && external) return topologyPlace({ ...external, rootPath });
  if (rootPath !== undefined && managedSpec) {
    const { name: clusterName, namespace } = cluster.owner.metadata;
    return topologyPlace(managedTopology(names.cellTopoServer(clusterName, name), { namespace, rootPath }));
  }
  return globalPlace(cluster);
}

/** The servers of other people that the spec asks to write to, sorted. */
export function wantedExternalTopologies(cluster: ResolvedCluster): ExternalTopology[] {
  const { globalTopoServer, cells } = cluster;
  const own = cells.filter(
    ({ topoServer, topologyReconciliation }) => topoServer.external && topologyReconciliation.registerCell,
  );
  return [
    ...(globalTopoServer.managed ? [] : [externalTopology(globalPlace(cluster))]),
    ...own.map((cell) => externalTopology(cellPlace(cluster, cell), cell.name)),
  ];
}

function externalTopology({ server, root }: TopologyPlace, cell?: string): ExternalTopology {
  return {
    ...(cell === undefined ? {} : { cell }),
    address: server.address,
    rootPath: root,
    ...(server.tlsSecretRef ? { tlsSecretName: server.tlsSecretRef.name } : {}),
  };
}

export function placeOf({ address, rootPath, tlsSecretName }: ExternalTopology): TopologyPlace {
  const tlsSecretRef = tlsSecretName === undefined ? undefined : { name: tlsSecretName };
  return topologyPlace({ address, rootPath, tlsSecretRef });
}

export function describePlace({ address, rootPath }: ExternalTopology): string {
  return `${rootPath} at ${address}`;
}

export function isSameTopology(a: ExternalTopology, b: ExternalTopology): boolean {
  return (
    a.cell === b.cell && a.address === b.address && a.rootPath === b.rootPath && a.tlsSecretName === b.tlsSecretName
  );
}
