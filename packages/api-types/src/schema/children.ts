import { z } from "zod";
import { bounds } from "./bounds.ts";
import { immutableIdentity } from "./child-identity.ts";
import {
  baseStatus,
  conditionStatus,
  durabilityPolicy,
  image,
  imagePull,
  persistentVolumeClaimRetentionPolicy,
  resourceRequirements,
  secretKeyReference,
  storageGrowthFailures,
  volumeClaimTemplate,
} from "./common.ts";
import {
  backupRepository,
  cellPlacement,
  clusterReference,
  gatewayService,
  topologyReconciliation,
  topologyReference,
  topoServerConfig,
} from "./components.ts";
import { atomicList, listMap, text, withRules } from "./markers.ts";
import { cellName, topologyLabelValue } from "./names.ts";
import { placementShape } from "./placement.ts";
import { poolType, resolvedPools } from "./pool.ts";

// Only controllers write these kinds: their schemas have types and bounds, and one rule: a child never becomes another one.

const count = z.int32().min(0);
const serviceName = text(63);

const servingWrites = conditionStatus
  .describe("Whether a primary serves writes. Unknown when it can't be asked; never guessed.")
  .optional();
const retention = persistentVolumeClaimRetentionPolicy
  .describe("What happens to volumes that aren't used any more. Unset: they stay.")
  .optional();

const cluster = clusterReference.describe("The MultigresCluster at the root.");

// TopoServer

export const topoServerSpec = withRules(
  z.object({
    cluster,
    cell: cellName.describe("Set on the local topology server of one cell.").optional(),
    rootPath: text(256).describe("Where the topology starts in etcd."),
    image: image.describe("etcd's image."),
    ...imagePull,
    replicas: z.int32().min(1).max(bounds.etcdReplicas).describe("Number of etcd members."),
    resources: resourceRequirements.describe("Resources of etcd's container.").optional(),
    dataVolumeClaimTemplate: volumeClaimTemplate.describe("Volume of each etcd member."),
    persistentVolumeClaimRetentionPolicy: retention,
    ...placementShape,
  }),
  immutableIdentity("TopoServer"),
);
export type TopoServerSpec = z.infer<typeof topoServerSpec>;

export const topoServerStatus = z.object({
  ...baseStatus,
  replicas: count.describe("etcd members that the spec asks for.").optional(),
  readyReplicas: count.describe("etcd members that are ready.").optional(),
  clientServiceName: serviceName.describe("Service for etcd's clients, port 2379.").optional(),
  peerServiceName: serviceName.describe("Headless Service of etcd's members.").optional(),
  storageGrowthFailures: storageGrowthFailures.describe("Key: data.").optional(),
});
export type TopoServerStatus = z.infer<typeof topoServerStatus>;

// Cell

export const cellSpec = withRules(
  z.object({
    cluster,
    name: cellName.describe("Name of the cell, as in spec.cells of the cluster."),
    zone: topologyLabelValue.describe("topology.kubernetes.io/zone of the cell's nodes.").optional(),
    region: topologyLabelValue.describe("topology.kubernetes.io/region of the cell's nodes.").optional(),
    images: z.object({ ...imagePull, multigateway: image }).describe("Images of the cell's components."),
    multiGateway: z
      .object({
        replicas: count.describe("Number of gateway pods."),
        resources: resourceRequirements.optional(),
        service: gatewayService.optional(),
        ...placementShape,
      })
      .describe("The gateways, with static or dynamic already worked out."),
    globalTopoServer: topologyReference.describe("The global topology server."),
    topoServer: topoServerConfig.describe("Empty: this cell uses the global topology server."),
    allCells: atomicList(cellName, bounds.cells).describe("Names of all cells of the cluster."),
    topologyReconciliation: topologyReconciliation
      .describe("What the operator does in the topology for this cell.")
      .optional(),
    persistentVolumeClaimRetentionPolicy: retention,
  }),
  immutableIdentity("Cell"),
);
export type CellSpec = z.infer<typeof cellSpec>;

export const cellStatus = z.object({
  ...baseStatus,
  gatewayReplicas: count.describe("Gateway pods that the spec asks for.").optional(),
  gatewayReadyReplicas: count.describe("Gateway pods that are ready.").optional(),
  gatewayServiceName: serviceName.describe("Service that clients connect to.").optional(),
  gatewayAvailable: conditionStatus.describe("Whether at least one gateway is ready.").optional(),
  topoServerAvailable: conditionStatus.describe("Of the cell's own topology server, or of the global one.").optional(),
  storageGrowthFailures: storageGrowthFailures.describe("Key: topoServer.").optional(),
});
export type CellStatus = z.infer<typeof cellStatus>;

// TableGroup and Shard

/** What every pod of a shard needs, handed down unchanged from the cluster through the TableGroup. */
const shardContext = {
  cluster,
  database: text(63).describe("Name of the database, as in spec.databases of the cluster."),
  tableGroup: text(63).describe("Name of the table group within the database."),
  images: z
    .object({ ...imagePull, multipooler: image, postgres: image, pgctld: image.optional() })
    .describe("Images of the pods' containers."),
  cells: listMap(cellPlacement, ["name"], bounds.cells).describe("Where the cells of the cluster are."),
  globalTopoServer: topologyReference.describe("The global topology server."),
  multiadmin: z
    .object({ address: text(512).describe("http://host:port of multiadmin's REST API.") })
    .describe("Where the cluster's multiadmin is."),
  durabilityPolicy: durabilityPolicy.describe(
    "How many instances must have a transaction before it counts as committed.",
  ),
  postgresPasswordSecretRef: secretKeyReference.describe("Password of PostgreSQL's superuser."),
  backupRepository: backupRepository.describe("Where backups go.").optional(),
  persistentVolumeClaimRetentionPolicy: retention,
};

const podCounts = {
  totalPods: count.describe("Pods that the pools ask for.").optional(),
  readyPods: count.describe("Pods that are ready.").optional(),
  updatedPods: count.describe("Pods that have the newest template.").optional(),
};

const poolGrowthFailures = storageGrowthFailures.describe("Keys: <type>/<cell>, backupRepository.").optional();

export const tableGroupSpec = withRules(
  z.object({
    ...shardContext,
    partitioning: z
      .object({ shards: z.int32().min(1).max(1024).describe("Number of shards.") })
      .describe("How the tables are split."),
    shardTemplate: z
      .object({ pools: resolvedPools.describe("Pools, with templates, overrides and defaults already applied.") })
      .describe("What each shard consists of."),
  }),
  immutableIdentity("TableGroup"),
);
export type TableGroupSpec = z.infer<typeof tableGroupSpec>;

export const tableGroupStatus = z.object({
  ...baseStatus,
  shards: count.describe("Shards that the spec asks for.").optional(),
  readyShards: count.describe("Shards that are available.").optional(),
  ...podCounts,
  servingWrites,
  storageGrowthFailures: poolGrowthFailures,
});
export type TableGroupStatus = z.infer<typeof tableGroupStatus>;

export const shardSpec = withRules(
  z.object({
    ...shardContext,
    shard: count.describe("Index of this shard within its table group."),
    pools: resolvedPools.describe("Pools, with templates, overrides and defaults already applied."),
  }),
  immutableIdentity("Shard"),
);
export type ShardSpec = z.infer<typeof shardSpec>;

const shardPoolStatus = z.object({
  type: poolType,
  cell: cellName,
  statefulSetName: text(63),
  totalPods: count,
  readyPods: count,
  updatedPods: count,
});

const podRole = z.object({
  name: text(63),
  role: z.enum(["Primary", "Follower", "NotFollowing"]),
  since: z.string().meta({ format: "date-time" }).describe("When it was first seen in this role."),
});

export const shardStatus = z.object({
  ...baseStatus,
  primaryCell: text(30).describe("The cell that the primary runs in, as the data plane says.").optional(),
  primaryPod: text(63).describe("The pod that the primary runs in, as the data plane says.").optional(),
  ...podCounts,
  servingWrites,
  podRoles: listMap(podRole, ["name"], bounds.resolvedPools * bounds.replicas)
    .describe("What ready pods are in the data plane. Empty when that can't be read.")
    .optional(),
  pools: listMap(shardPoolStatus, ["type", "cell"], bounds.resolvedPools).describe("Pods of each pool.").optional(),
  storageGrowthFailures: poolGrowthFailures,
});
export type ShardStatus = z.infer<typeof shardStatus>;
