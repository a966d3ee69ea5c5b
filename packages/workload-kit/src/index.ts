export { type DisruptionBudgetOptions, disruptionBudget } from "./builders/disruption-budget.ts";
export { controllerReference, type Owner, ownedMetadata } from "./builders/metadata.ts";
export {
  cellNodeSelector,
  containerSecurityContext,
  downwardEnv,
  flags,
  httpProbe,
  type PodTemplateOptions,
  podSecurityContext,
  podTemplate,
  userIds,
} from "./builders/pod.ts";
export { containerResources } from "./builders/resources.ts";
export { type ServiceOptions, service, serviceAddress } from "./builders/service.ts";
export { type TopologyClient, topologyClient } from "./builders/topology-client.ts";
export { volumeClaim } from "./builders/volume-claim.ts";
export { type VolumeGrowth, volumeGrowth } from "./builders/volume-growth.ts";
export {
  defaultTableGroup,
  keyRange,
  orchestratorServiceId,
  poolerServiceId,
  poolerServiceIdOf,
  repositoryMountPath,
  repositoryPath,
} from "./identities.ts";
export {
  type ComponentName,
  cellLabels,
  clusterLabels,
  componentSelector,
  components,
  labelValue,
  managedBy,
  objectLabels,
  poolLabels,
  shardLabels,
  tableGroupLabels,
  topoServerLabels,
} from "./labels.ts";
export { etcdClientPort, managedTopology } from "./managed-topology.ts";
export {
  dataVolumeName,
  foldDatabase,
  identityHash,
  limits,
  names,
  type PoolIdentity,
  readable,
  type ShardIdentity,
} from "./names.ts";
export { trimClaim } from "./trim-claim.ts";
export { trimMetadata, trimPod } from "./trim-pod.ts";
