import {
  type BackupRepository,
  type CellPlacement,
  type CellSpec,
  type ClusterReference,
  type DurabilityPolicy,
  type MultigresCluster,
  type PersistentVolumeClaimRetentionPolicy,
  type ResolvedPool,
  type SecretKeyReference,
  type TableGroup,
  type TopologyReference,
} from "@multigres/api-types";
import {
  canonical,
  defaults,
  hasOwnTopoServer,
  type ResolvedComponent,
  type ResolvedImages,
  type ResolvedTopoServer,
  resolveComponent,
  resolveGateway,
  resolveImages,
  resolveTopoServer,
} from "@multigres/merge-engine";
import { managedTopology, names } from "@multigres/workload-kit";
import type { Observed } from "./observe.ts";
import { isRegistered } from "./resources/cell-placement.ts";
import { poolsOf } from "./resources/tablegroup.ts";
import { type PoolsResolution, resolveDatabasePools } from "./resolve-pools.ts";
import { defaultImages, type Settings } from "./settings.ts";
import { tableGroupName } from "./tablegroup-name.ts";

export interface ResolvedCell extends Omit<CellPlacement, "topology"> {
  readonly multiGateway: CellSpec["multiGateway"];
  readonly topoServer: CellSpec["topoServer"];
  readonly topologyReconciliation: Required<NonNullable<CellSpec["topologyReconciliation"]>>;
}

export interface ResolvedDatabase {
  readonly name: string;
  readonly tableGroupName: string;
  /** The TableGroup of ours that has that name now. */
  readonly existing: TableGroup | undefined;
  readonly pools: PoolsResolution;
  readonly durabilityPolicy: DurabilityPolicy;
}

/** The cluster with every template, override and default applied; lists are sorted by name. */
export interface ResolvedCluster {
  readonly owner: MultigresCluster;
  readonly reference: ClusterReference;
  readonly images: ResolvedImages;
  readonly globalTopoServer: ResolvedTopoServer;
  /** What components dial. */
  readonly topology: TopologyReference;
  readonly multiadmin: ResolvedComponent;
  readonly multiorch: ResolvedComponent;
  /** Where multiorch registers itself. */
  readonly orchestratorCell: string | undefined;
  readonly cells: readonly ResolvedCell[];
  /** Names of the cells whose records in the topology are as the spec says by now. */
  readonly registeredCells: ReadonlySet<string>;
  readonly databases: readonly ResolvedDatabase[];
  readonly postgresPasswordSecretRef: SecretKeyReference;
  /** Whether that Secret is ours to make. */
  readonly generatesPassword: boolean;
  readonly backupRepository: BackupRepository | undefined;
  readonly persistentVolumeClaimRetentionPolicy: Required<PersistentVolumeClaimRetentionPolicy>;
}

export function resolveCluster(observed: Observed, settings: Settings): ResolvedCluster {
  const { cluster } = observed;
  const { spec } = cluster;
  const { name, uid = "" } = cluster.metadata;
  const globalTopoServer = resolveTopoServer(spec.globalTopoServer, {
    rootPath: defaults.globalRootPath,
    image: settings.DEFAULT_IMAGE_ETCD,
  });
  const cells = spec.cells.map((cell) => resolveCell(cell, settings)).sort(byName);
  return {
    owner: cluster,
    reference: { name, uid },
    images: resolveImages(spec.images, defaultImages(settings)),
    globalTopoServer,
    topology: topologyReference(cluster, globalTopoServer),
    multiadmin: resolveComponent(spec.multiadmin),
    multiorch: resolveComponent(spec.multiorch),
    orchestratorCell: orchestratorCell(cluster.status?.multiorch?.cell, cells),
    cells,
    registeredCells: registeredCells(cells, observed),
    databases: (spec.databases ?? []).map((database) => resolveDatabase(database, observed)).sort(byName),
    postgresPasswordSecretRef: spec.postgresPasswordSecretRef ?? { name: names.passwordSecret(name), key: "password" },
    generatesPassword: spec.postgresPasswordSecretRef === undefined,
    backupRepository: spec.backupRepository && canonical(spec.backupRepository),
    persistentVolumeClaimRetentionPolicy: {
      whenDeleted: spec.persistentVolumeClaimRetentionPolicy?.whenDeleted ?? "Retain",
      whenScaled: spec.persistentVolumeClaimRetentionPolicy?.whenScaled ?? "Retain",
    },
  };
}

/** The pools that a database has or should get; nobody knows those of one that never had any and is held back. */
export function poolsOfDatabase({ pools, existing }: ResolvedDatabase): readonly ResolvedPool[] | undefined {
  return pools.state === "resolved" ? pools.pools : existing && poolsOf(existing);
}

function resolveCell({ name, spec }: MultigresCluster["spec"]["cells"][number], settings: Settings): ResolvedCell {
  return {
    name,
    ...(spec?.zone === undefined ? {} : { zone: spec.zone }),
    ...(spec?.region === undefined ? {} : { region: spec.region }),
    multiGateway: resolveGateway(spec?.multiGateway),
    topoServer: localTopoServer(name, spec?.topoServer, settings),
    topologyReconciliation: {
      registerCell: spec?.topologyReconciliation?.registerCell ?? true,
      pruneTablets: spec?.topologyReconciliation?.pruneTablets ?? true,
    },
  };
}

function localTopoServer(
  cell: string,
  config: CellSpec["topoServer"] | undefined,
  settings: Settings,
): CellSpec["topoServer"] {
  if (!hasOwnTopoServer(config)) return canonical(config ?? {});
  const resolved = resolveTopoServer(config, {
    rootPath: defaults.cellRootPath(cell),
    image: settings.DEFAULT_IMAGE_ETCD,
  });
  return resolved.managed
    ? { rootPath: resolved.rootPath, managedSpec: resolved.managed }
    : { rootPath: resolved.rootPath, external: resolved.external };
}

function topologyReference({ metadata }: MultigresCluster, topoServer: ResolvedTopoServer): TopologyReference {
  const { rootPath } = topoServer;
  if (topoServer.managed) {
    return managedTopology(names.globalTopoServer(metadata.name), { namespace: metadata.namespace, rootPath });
  }
  const { address, tlsSecretRef } = topoServer.external;
  return { rootPath, address, ...(tlsSecretRef === undefined ? {} : { tlsSecretRef }) };
}

/** The cell is part of multiorch's identity in the topology, so it is kept as long as it exists. */
function orchestratorCell(current: string | undefined, cells: readonly ResolvedCell[]): string | undefined {
  return (cells.find((cell) => cell.name === current) ?? cells[0])?.name;
}

function resolveDatabase(
  database: NonNullable<MultigresCluster["spec"]["databases"]>[number],
  { cluster, templates, tableGroups, namedTableGroups }: Observed,
): ResolvedDatabase {
  const name = tableGroupName(cluster, database.name, tableGroups, namedTableGroups);
  const existing = tableGroups.find((tableGroup) => tableGroup.metadata.name === name);
  return {
    name: database.name,
    tableGroupName: name,
    existing,
    pools: resolveDatabasePools(cluster, database, templates, existing),
    durabilityPolicy: database.spec.durabilityPolicy ?? cluster.spec.durabilityPolicy ?? "AT_LEAST_2",
  };
}

function registeredCells(cells: readonly ResolvedCell[], observed: Observed): ReadonlySet<string> {
  return new Set(cells.filter((cell) => isRegistered(observed.cells.get(cell.name), cell)).map(({ name }) => name));
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
