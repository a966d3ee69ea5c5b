// The kinds: schemas to parse with, and their types
export {
  apiVersion,
  type Cell,
  cell,
  group,
  type MultigresCluster,
  multigresCluster,
  type ObjectMeta,
  type OwnerReference,
  type Shard,
  type ShardTemplate,
  shard,
  shardTemplate,
  type TableGroup,
  type TopoServer,
  tableGroup,
  topoServer,
  version,
} from "./resources.ts";
export { annotations, labels } from "./labels.ts";

// Their specs and statuses
export {
  type CellDefinition,
  type DatabaseDefinition,
  type MultigresClusterSpec,
  type MultigresClusterStatus,
  multigresClusterSpec,
  multigresClusterStatus,
} from "./schema/multigrescluster.ts";
export { type ShardTemplateSpec, shardTemplateSpec } from "./schema/shardtemplate.ts";
export {
  type CellSpec,
  type CellStatus,
  cellSpec,
  cellStatus,
  type ShardSpec,
  type ShardStatus,
  shardSpec,
  shardStatus,
  type TableGroupSpec,
  type TableGroupStatus,
  type TopoServerSpec,
  type TopoServerStatus,
  tableGroupSpec,
  tableGroupStatus,
  topoServerSpec,
  topoServerStatus,
} from "./schema/children.ts";

// What they are made of
export {
  type ContainerSettings,
  type Pool,
  type PoolType,
  pool,
  type ResolvedPool,
  resolvedPool,
} from "./schema/pool.ts";
export type {
  BackupRepository,
  CellPlacement,
  ClusterImages,
  ClusterReference,
  Component,
  ExternalTopoServer,
  GatewayService,
  ManagedTopoServer,
  MultiGateway,
  TopologyReconciliation,
  TopologyReference,
  TopoServerConfig,
} from "./schema/components.ts";
export {
  type Affinity,
  type Placement,
  placement,
  type Toleration,
  type TopologySpreadConstraint,
} from "./schema/placement.ts";
export {
  type Condition,
  type ConditionStatus,
  condition,
  type DurabilityPolicy,
  type LocalObjectReference,
  neverObserved,
  type PersistentVolumeClaimRetentionPolicy,
  type Quantity,
  quantity,
  type ResourceList,
  type ResourceRequirements,
  type SecretKeyReference,
  type VolumeClaimTemplate,
} from "./schema/common.ts";
export { compareQuantities, formatQuantity, parseQuantity, sameQuantity } from "./quantity.ts";

// Limits and defaults that are part of the API
export { bounds, defaultEtcdReplicas, defaultStorage } from "./schema/bounds.ts";
export { identityFields } from "./schema/child-identity.ts";
export { reservedCellNames, reservedDatabaseNames } from "./schema/names.ts";

// What the API server is told: see tools/crd-generator
export { admissionPolicies, optionalAdmissionPolicies } from "./admission-policies.ts";
export { type CustomResource, category, customResources, type PrinterColumn } from "./custom-resources.ts";
export type { AdmissionPolicy } from "./policies/policy.ts";
export type { ValidationRule } from "./schema/markers.ts";
