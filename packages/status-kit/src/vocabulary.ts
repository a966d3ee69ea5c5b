/**
 * Every condition type, reason and standing message of the API in one place, so that a parent can read what a child
 * writes and a person meets the same words everywhere.
 */

/** Condition types. `Ready` and `Stalled` exist because kstatus, Flux and Argo CD read those and not `Available`. */
export const conditionTypes = {
  /** The component serves. */
  available: "Available",
  /** Something still differs from the spec; the message says what. */
  progressing: "Progressing",
  /** Available and not Progressing. */
  ready: "Ready",
  /** A person must act; the message says how. */
  stalled: "Stalled",
  /** Every referenced ShardTemplate was found and resolved. */
  templateResolved: "TemplateResolved",
  /** True: an object of a wanted name belongs to somebody else. */
  nameConflict: "NameConflict",
  /** The data plane reports a primary. */
  primaryElected: "PrimaryElected",
  /** True: pods are ready and don't follow the primary; docs/runbooks/followers-lagging.md. */
  followersLagging: "FollowersLagging",
  /** True: the pools of type readOnly run ordinary poolers, which can be elected. */
  readOnlyPoolsElectable: "ReadOnlyPoolsElectable",
  /** True: the claim of the backup repository has no volume, so no pod starts. */
  repositoryPending: "RepositoryPending",
  /** True: the backup repository can be mounted by one node, and the shard spans cells. */
  repositoryOnOneNode: "RepositoryOnOneNode",
  /** True: etcd members end again and again because of their volumes; docs/runbooks/etcd-members.md. */
  etcdMembersBroken: "EtcdMembersBroken",
  /** The topology record exists. */
  registered: "Registered",
  /** True: the annotation multigres.com/paused stops spec changes. */
  paused: "Paused",
  /** True: a removed cell stays until nothing needs it any more. */
  cellDraining: "CellDraining",
  /** True: a topology server of other people holds records that the cluster doesn't use any more. */
  topologyRecordsLeft: "TopologyRecordsLeft",
} as const;
export type ConditionType = (typeof conditionTypes)[keyof typeof conditionTypes];

export const reasons = {
  // Available
  allAvailable: "AllAvailable",
  componentsUnavailable: "ComponentsUnavailable",
  noDatabases: "NoDatabases",
  podsNotReady: "PodsNotReady",
  quorumReached: "QuorumReached",
  belowQuorum: "BelowQuorum",
  noPodsWanted: "NoPodsWanted",
  quorumUnreachable: "QuorumUnreachable",
  notCreatedYet: "NotCreatedYet",
  // Progressing
  converged: "Converged",
  childrenNotObserved: "ChildrenNotObserved",
  waitingForPods: "WaitingForPods",
  podsOutdated: "PodsOutdated",
  storageNotApplied: "StorageNotApplied",
  removing: "Removing",
  switchingOver: "SwitchingOver",
  noFreshBackup: "NoFreshBackup",
  writing: "Writing",
  // Stalled and specific types
  nothingToDo: "NothingToDo",
  templateNotFound: "TemplateNotFound",
  templateInvalid: "TemplateInvalid",
  allTemplatesResolved: "AllTemplatesResolved",
  noTemplates: "NoTemplates",
  nameConflict: "NameConflict",
  noConflict: "NoConflict",
  repositoryPending: "RepositoryPending",
  readWriteOnceAcrossCells: "ReadWriteOnceAcrossCells",
  memberLostVolume: "MemberLostVolume",
  otherMembership: "OtherMembership",
  memberCrashing: "MemberCrashing",
  invalidObject: "InvalidObject",
  writeFailed: "WriteFailed",
  forbidden: "Forbidden",
  quotaExceeded: "QuotaExceeded",
  invalid: "Invalid",
  primaryElected: "PrimaryElected",
  noPrimary: "NoPrimary",
  primaryUnknown: "PrimaryUnknown",
  podsNotFollowing: "PodsNotFollowing",
  electableReadOnlyPools: "ElectableReadOnlyPools",
  pausedByAnnotation: "PausedByAnnotation",
  // Registered
  registered: "Registered",
  registering: "Registering",
  topologyUnreachable: "TopologyUnreachable",
  /** The root, or the record, belongs to somebody else. */
  topologyConflict: "TopologyConflict",
  /** etcd or our own settings refuse: repeating it can't help. */
  registrationRefused: "RegistrationRefused",
  registrationNotWanted: "RegistrationNotWanted",
  // CellDraining
  podsRemain: "PodsRemain",
  registeredInDatabases: "RegisteredInDatabases",
  // TopologyRecordsLeft
  stillInUse: "StillInUse",
  cleanupSkipped: "CleanupSkipped",
  cleanupTimedOut: "CleanupTimedOut",
  recordsKept: "RecordsKept",
} as const;

/** Reasons on the ordinary way to a serving cluster; any other one of a condition is news for a person. */
export const waitingReasons: ReadonlySet<string> = new Set([
  // Of pods whose volumes aren't bound yet; if it stays, the first details tell it.
  "Unschedulable",
  reasons.allTemplatesResolved,
  reasons.allAvailable,
  reasons.belowQuorum,
  reasons.childrenNotObserved,
  reasons.componentsUnavailable,
  reasons.converged,
  reasons.noPrimary,
  reasons.noTemplates,
  reasons.notCreatedYet,
  reasons.podsNotReady,
  reasons.podsOutdated,
  reasons.primaryElected,
  reasons.primaryUnknown,
  reasons.quorumReached,
  reasons.registered,
  reasons.registering,
  reasons.removing,
  // A volume takes its time to be bound; Stalled tells when it takes too long.
  reasons.repositoryPending,
  reasons.switchingOver,
  reasons.topologyUnreachable,
  reasons.waitingForPods,
  reasons.writing,
]);

/** Standing messages; they are the earlier draft's words where it gave some. */
export const messages = {
  clusterAvailable: "All components are available.",
  databasesRegistered: "Every database is registered in the topology.",
  clusterConverged: "Cluster reconciliation complete.",
  etcdHealthy: "Etcd cluster is healthy",
  gatewayHealthy: "MultiGateway is healthy",
  shardsHealthy: "All shards are healthy",
  shardHealthy: "Shard is healthy and serving",
  converged: "Everything is as the spec says.",
  notStalled: "Nothing waits for a person.",
} as const;
