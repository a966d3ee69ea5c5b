import type { MultigresClusterStatus } from "@multigres/api-types";
import type { Owner, TopologyServer } from "@multigres/topology";
import { names, serviceAddress } from "@multigres/workload-kit";
import type { ResolvedCell, ResolvedCluster } from "../resolve.ts";

/** A root on a topology server. Plain JSON: it stands in the input of tasks. */
export interface Place {
  readonly server: TopologyServer;
  readonly root: string;
}

/** A place on a server that someone else runs; with a cell: its own topology, else the global one. */
export type ExternalTopology = NonNullable<MultigresClusterStatus["externalTopologies"]>[number];

export type TopologyOwner = Pick<Owner, "namespace" | "name" | "uid">;

export function topologyOwner({ owner: { metadata } }: ResolvedCluster): TopologyOwner {
  return { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid ?? "" };
}

export function globalPlace({ topology: { address, rootPath, tlsSecretRef } }: ResolvedCluster): Place {
  return { server: { address, ...(tlsSecretRef && { tlsSecretRef }) }, root: rootPath };
}

/** Where the components of a cell register themselves. */
export function cellPlace(cluster: ResolvedCluster, { name, topoServer }: ResolvedCell): Place {
  const { rootPath, external, managedSpec } = topoServer;
  if (rootPath !== undefined && external) {
    const { address, tlsSecretRef } = external;
    return { server: { address, ...(tlsSecretRef && { tlsSecretRef }) }, root: rootPath };
  }
  if (rootPath !== undefined && managedSpec) {
    const { name: clusterName, namespace } = cluster.owner.metadata;
    const service = names.topoServerClientService(names.cellTopoServer(clusterName, name));
    return { server: { address: serviceAddress(service, namespace, 2379) }, root: rootPath };
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

function externalTopology({ server, root }: Place, cell?: string): ExternalTopology {
  return {
    ...(cell === undefined ? {} : { cell }),
    address: server.address,
    rootPath: root,
    ...(server.tlsSecretRef ? { tlsSecretName: server.tlsSecretRef.name } : {}),
  };
}

export function placeOf({ address, rootPath, tlsSecretName }: ExternalTopology): Place {
  return {
    server: { address, ...(tlsSecretName === undefined ? {} : { tlsSecretRef: { name: tlsSecretName } }) },
    root: rootPath,
  };
}

export function describePlace({ address, rootPath }: ExternalTopology): string {
  return `${rootPath} at ${address}`;
}

export function isSameTopology(a: ExternalTopology, b: ExternalTopology): boolean {
  return (
    a.cell === b.cell && a.address === b.address && a.rootPath === b.rootPath && a.tlsSecretName === b.tlsSecretName
  );
}
