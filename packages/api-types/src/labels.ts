import { group } from "./resources.ts";

/** Label and annotation keys of the API. Selectors and people read labels; controllers compute with spec fields. */
export const labels = {
  cluster: `${group}/cluster`,
  cell: `${group}/cell`,
  database: `${group}/database`,
  tableGroup: `${group}/table-group`,
  shard: `${group}/shard`,
  poolType: `${group}/pool-type`,
  topoScope: `${group}/topo-scope`,
  topoServer: `${group}/toposerver`,
  /** On a pool's pods: hash of the pod spec that they were made from. Another one means that they are to be replaced. */
  podSpec: `${group}/pod-spec`,
  name: "app.kubernetes.io/name",
  instance: "app.kubernetes.io/instance",
  component: "app.kubernetes.io/component",
  partOf: "app.kubernetes.io/part-of",
  managedBy: "app.kubernetes.io/managed-by",
} as const;

export const annotations = {
  /** "true": nothing is changed for the object and what is below it; status keeps moving. Owners hand it down as "by-owner". */
  paused: `${group}/paused`,
  /** "true" on a MultigresCluster gives up the records that it has in topology servers of other people. */
  skipTopologyCleanup: `${group}/skip-topology-cleanup`,
  /** Hash of what a controller applied last; lets a restarted controller see that nothing is to be written. */
  appliedHash: `${group}/applied-hash`,
  /** On a child: hash of the spec that its owner wrote. What was edited since deletes nothing; see owner-spec.ts of controller-kit. */
  specHash: `${group}/spec-hash`,
  /** "true" on a pool pod's PersistentVolumeClaim: a person wants it replaced by a fresh one, if its pod doesn't follow the primary. */
  replaceVolume: `${group}/replace-volume`,
  /** Set by the shard-controller on a claim whose replica is being scaled away under whenScaled: Delete. */
  scaledAway: `${group}/scaled-away`,
} as const;
