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
} as const;
