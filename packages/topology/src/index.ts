// The topology
export {
  type DesiredDatabase,
  type GlobalTopology,
  type GlobalTopologyOptions,
  globalTopology,
  type ReleaseResult,
} from "./global-topology.ts";
export {
  type CellTopology,
  type CellTopologyOptions,
  cellTopology,
  type PoolerList,
  type RemoveComponentsResult,
  type RemovePoolerResult,
} from "./cell-topology.ts";
export type { EnsureResult } from "./ensure-record.ts";
export type { RemoveCellResult, RemoveDatabaseOptions, RemoveResult } from "./remove-record.ts";

// Connections
export { connectTopology, type TopologyServer, type TopologySettings, topologySettings } from "./connection.ts";

// Tasks of a controller
export {
  type OpenTopology,
  openTopology,
  type TopologyInput,
  type TopologyOwner,
  type TopologyPlace,
  topologyPlace,
} from "./tasks/place.ts";
export { inTopology, type TopologyContext } from "./tasks/in-topology.ts";
export { outcomeOfEnsuring, type TopologyOutcome } from "./tasks/outcome.ts";
export { needsPerson, pauseAfter, stepOf, type TopologyStep } from "./tasks/step.ts";

// Whose it is
export type { Claim, Owner } from "./ownership/owner.ts";
export type { Foreign } from "./ownership/claims.ts";

// Records
export type { CellRecord } from "./records/cell.ts";
export type { DatabaseRecord } from "./records/database.ts";
export type { BackupLocation } from "./records/backup-location.ts";
export { type DurabilityPolicyRecord, durabilityPolicyRecord, type QuorumType } from "./records/durability-policy.ts";
export type { ComponentId } from "./records/component.ts";
export type { PoolerRecord } from "./records/pooler.ts";

// etcd
export { createEtcdClient, type EtcdClient, type EtcdOptions, type ObservedRequest } from "./etcd/client.ts";
export { splitAddressList } from "./etcd/addresses.ts";
export type { ClientTls } from "./etcd/client-tls.ts";
export type { Change, Guard, KeyValue, Kv, Range, RequestOptions, Snapshot } from "./etcd/kv.ts";
export type { RetryPolicy } from "./etcd/retry.ts";

// Development and tests
export { type DialOverride, type DialTarget, dialTarget, parseDialOverrides } from "./dial-overrides.ts";

export {
  AbortedError,
  type AddressFailure,
  ContendedError,
  type FailureKind,
  InvalidSettingError,
  MalformedAnswerError,
  MalformedRecordError,
  RejectedError,
  TopologyError,
  UnreachableError,
} from "./errors.ts";
