/**
 * How many of each there may be. The API server computes the worst cost of every CEL rule from these bounds and
 * refuses the CRD above its budget; policies have a limit when they run, and an object must fit into etcd. A test creates
 * and edits the biggest cluster that is allowed here.
 */
export const bounds = {
  cells: 50,
  databases: 64,
  /** Pools of one list: inline, in a ShardTemplate, or overrides. */
  pools: 32,
  /** A template's pools and as many overrides that match none of them. */
  resolvedPools: 64,
  /** Replicas of one component or pool. */
  replicas: 100,
  etcdReplicas: 9,
  /** Tolerations, labels, annotations, terms: the lists and maps of Kubernetes' own shapes. */
  entries: 64,
  conditions: 32,
  /** Those that the spec names, and as many again that it named before. */
  externalTopologies: 128,
} as const;

/** Storage of a volume whose size nobody set. Part of the API: a change would count as growth or shrinking. */
export const defaultStorage = "10Gi";

/** Members of a managed etcd whose number nobody set. Part of the API, for the same reason. */
export const defaultEtcdReplicas = 3;
