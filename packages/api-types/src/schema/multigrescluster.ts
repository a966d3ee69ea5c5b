import { z } from "zod";
import { bounds, defaultEtcdReplicas } from "./bounds.ts";
import {
  baseStatus,
  conditionStatus,
  durabilityPolicy,
  persistentVolumeClaimRetentionPolicy,
  secretKeyReference,
  storageGrowthFailures,
} from "./common.ts";
import {
  backupRepository,
  clusterImages,
  component,
  multiGateway,
  topologyReconciliation,
  topoServerConfig,
} from "./components.ts";
import { atomicList, listMap, mapOf, text, withRules } from "./markers.ts";
import { cellName, databaseName, objectName, ownCellName, topologyLabelValue } from "./names.ts";
import { pools } from "./pool.ts";

const etcdReplicasMessage =
  "replicas of a managed etcd can't change, because members would have to join or leave one at a time. Set it back to what it was.";

/** CEL: zone or region of a cell, empty if unset. Optional chaining would hide the string's bound from the cost estimate. */
function placed(cell: "self" | "oldSelf", field: string): string {
  return `(has(${cell}.spec) && has(${cell}.spec.${field}) ? ${cell}.spec.${field} : '')`;
}

const cellSettings = withRules(
  z.object({
    zone: topologyLabelValue
      .describe(
        "Pods of this cell run on nodes with this topology.kubernetes.io/zone. At most one of zone and region. Can't change later.",
      )
      .optional(),
    region: topologyLabelValue
      .describe(
        "Pods of this cell run on nodes with this topology.kubernetes.io/region. At most one of zone and region. Can't change later.",
      )
      .optional(),
    multiGateway: multiGateway.describe("The gateways that clients of this cell connect to.").optional(),
    topoServer: topoServerConfig
      .describe("This cell's own topology server. Unset or empty: the cell uses the global one.")
      .optional(),
    topologyReconciliation: topologyReconciliation
      .describe("What the operator does in the topology for this cell.")
      .optional(),
  }),
  {
    rule: "!(has(self.zone) && has(self.region))",
    message:
      "Set at most one of zone and region: remove region to place the cell in one zone, or zone to spread it over a region.",
  },
);

const cellDefinition = withRules(
  z.object({
    name: ownCellName.describe("Name of the cell. Lower-case letters, digits and -, at most 30."),
    spec: cellSettings.describe("Placement and components of the cell.").optional(),
  }),
  {
    rule: ["zone", "region"].map((field) => `${placed("self", field)} == ${placed("oldSelf", field)}`).join(" && "),
    message:
      "zone and region of a cell can't change, because its volumes stay where they are. Set them back, or add a new cell and move the pools there.",
  },
  {
    rule: `!has(self.spec) || !has(self.spec.topoServer) || !has(self.spec.topoServer.managedSpec) || !has(oldSelf.spec) || !has(oldSelf.spec.topoServer) || !has(oldSelf.spec.topoServer.managedSpec) || self.spec.topoServer.managedSpec.?replicas.orValue(${defaultEtcdReplicas}) == oldSelf.spec.topoServer.managedSpec.?replicas.orValue(${defaultEtcdReplicas})`,
    message: `spec.topoServer.managedSpec.${etcdReplicasMessage}`,
  },
);
export type CellDefinition = z.infer<typeof cellDefinition>;

const databaseDefinition = z.object({
  name: databaseName.describe("Name of the database. Letters, digits, _ and -, at most 63."),
  spec: withRules(
    z.object({
      shardTemplateRef: objectName
        .describe("Name of a ShardTemplate of this namespace. Exactly one of shardTemplateRef and pools.")
        .optional(),
      overrides: pools
        .describe(
          "Changes to the template's pools, matched by type and cell and merged deeply; an entry that matches none is added. Only with shardTemplateRef.",
        )
        .optional(),
      pools: pools
        .min(1)
        .describe("The pools of this database's shard. Exactly one of shardTemplateRef and pools.")
        .optional(),
      durabilityPolicy: durabilityPolicy.describe("Unset: the cluster's.").optional(),
    }),
    {
      rule: "has(self.shardTemplateRef) != has(self.pools)",
      message:
        "Set exactly one of shardTemplateRef and pools: shardTemplateRef names a ShardTemplate, pools defines the shard here.",
    },
    {
      rule: "!has(self.overrides) || self.overrides.size() == 0 || has(self.shardTemplateRef)",
      message: "overrides change the pools of a template: set shardTemplateRef too, or move them to pools.",
    },
  ).describe("How the database is stored."),
});
export type DatabaseDefinition = z.infer<typeof databaseDefinition>;

export const multigresClusterSpec = withRules(
  z.object({
    images: clusterImages.describe("Images of all components of the cluster. Unset: the operator's.").optional(),
    globalTopoServer: topoServerConfig
      .describe("The global topology server. Unset: an etcd with 3 members that the operator runs.")
      .optional(),
    multiadmin: component.describe("multiadmin, the cluster's administration API.").optional(),
    multiorch: component.describe("multiorch, which elects primaries and repairs replication.").optional(),
    cells: listMap(cellDefinition, ["name"], bounds.cells)
      .min(1)
      .describe("The failure domains that the cluster spans."),
    databases: listMap(databaseDefinition, ["name"], bounds.databases)
      .describe("The databases; each has one shard.")
      .optional(),
    durabilityPolicy: durabilityPolicy
      .describe(
        "How many instances must have a transaction before it counts as committed: two, or two in different cells. Unset: AT_LEAST_2.",
      )
      .optional(),
    postgresPasswordSecretRef: secretKeyReference
      .describe(
        "Password of PostgreSQL's superuser. Unset: the operator generates one into the Secret <cluster>-postgres.",
      )
      .optional(),
    backupRepository: backupRepository.describe("Where backups go; new instances are restored from there.").optional(),
    persistentVolumeClaimRetentionPolicy: persistentVolumeClaimRetentionPolicy
      .describe("What happens to volumes that aren't used any more. Unset: they stay.")
      .optional(),
  }),
  {
    rule: `has(self.globalTopoServer) && has(self.globalTopoServer.external) || has(oldSelf.globalTopoServer) && has(oldSelf.globalTopoServer.external) || self.?globalTopoServer.?managedSpec.?replicas.orValue(${defaultEtcdReplicas}) == oldSelf.?globalTopoServer.?managedSpec.?replicas.orValue(${defaultEtcdReplicas})`,
    message: `globalTopoServer.managedSpec.${etcdReplicasMessage}`,
  },
);
export type MultigresClusterSpec = z.infer<typeof multigresClusterSpec>;

const instances = z.int32().min(0);
const serviceName = text(63);

export const multigresClusterStatus = z.object({
  ...baseStatus,
  globalTopoServer: z
    .object({ etcd: z.object({ available: conditionStatus }) })
    .describe("Whether the global topology server answers, managed or external.")
    .optional(),
  cells: mapOf(z.object({ gatewayAvailable: conditionStatus, topoServerAvailable: conditionStatus }), bounds.cells)
    .describe("By name of the cell.")
    .optional(),
  databases: mapOf(
    z.object({
      desiredInstances: instances.describe("PostgreSQL instances that the pools ask for."),
      readyInstances: instances.describe("Those that are ready."),
      servingWrites: conditionStatus.describe("Unknown when the primary can't be asked; never guessed."),
    }),
    bounds.databases,
  )
    .describe("By name of the database.")
    .optional(),
  desiredInstances: instances.describe("PostgreSQL instances of all databases together.").optional(),
  readyInstances: instances.describe("Those of them that are ready.").optional(),
  multiadmin: z
    .object({ available: conditionStatus, serviceName })
    .describe("Whether multiadmin serves, and its Service.")
    .optional(),
  multiorch: z
    .object({
      available: conditionStatus,
      serviceName,
      cell: text(30).describe("The cell that multiorch runs in.").optional(),
    })
    .describe("Whether multiorch serves, and its Service.")
    .optional(),
  postgresPasswordSecretName: text(253)
    .describe(
      "The Secret that the superuser's password was generated into. It is made once; if it is lost, bring it back.",
    )
    .optional(),
  externalTopologies: atomicList(
    z.object({
      cell: cellName.describe("Whose own topology it is. Unset: the global one.").optional(),
      address: text(2048),
      rootPath: text(256),
      tlsSecretName: text(253).optional(),
    }),
    bounds.externalTopologies,
  )
    .describe("Topology servers of other people that hold records of this cluster, or soon will.")
    .optional(),
  storageGrowthFailures: storageGrowthFailures
    .describe(
      "Volumes that couldn't grow -> the size that they have; their storage may be set back to that size. Keys: globalTopoServer, cells/<cell>/topoServer, databases/<database>/<type>/<cell>, backupRepository.",
    )
    .optional(),
});
export type MultigresClusterStatus = z.infer<typeof multigresClusterStatus>;
