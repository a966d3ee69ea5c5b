import { labels } from "@multigres/api-types";
import { identityHash, limits, type PoolIdentity, type ShardIdentity } from "./names.ts";

/** Values of `app.kubernetes.io/component`. */
export const components = {
  topoServer: "toposerver",
  multiadmin: "multiadmin",
  multiorch: "multiorch",
  multigateway: "multigateway",
  shardPool: "shard-pool",
  cell: "cell",
  tableGroup: "tablegroup",
  shard: "shard",
} as const;
export type ComponentName = (typeof components)[keyof typeof components];

export const managedBy = "multigres-operator";

const legalLabelValue = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** The user's own name where it is legal as a label value, else a hash of it. */
export function labelValue(name: string): string {
  return name.length <= limits.dnsLabel && legalLabelValue.test(name) ? name : `x${identityHash(name)}`;
}

type Labels = Record<string, string>;

/** Identity labels. They stand in selectors, so they never carry a version or anything a user can change. */
export function clusterLabels(cluster: string, component: ComponentName): Labels {
  return {
    [labels.name]: "multigres",
    [labels.instance]: labelValue(cluster),
    [labels.component]: component,
    [labels.cluster]: labelValue(cluster),
  };
}

export function cellLabels(cluster: string, cell: string, component: ComponentName): Labels {
  return { ...clusterLabels(cluster, component), [labels.cell]: labelValue(cell) };
}

export function topoServerLabels(cluster: string, topoServer: string, cell: string | undefined): Labels {
  return {
    ...clusterLabels(cluster, components.topoServer),
    ...(cell === undefined ? {} : { [labels.cell]: labelValue(cell) }),
    [labels.topoScope]: cell === undefined ? "global" : "cell",
    [labels.topoServer]: labelValue(topoServer),
  };
}

export function tableGroupLabels(cluster: string, database: string, tableGroup: string): Labels {
  return {
    ...clusterLabels(cluster, components.tableGroup),
    [labels.database]: labelValue(database),
    [labels.tableGroup]: labelValue(tableGroup),
  };
}

export function shardLabels(shard: ShardIdentity, component: ComponentName = components.shard): Labels {
  return {
    ...clusterLabels(shard.cluster, component),
    [labels.database]: labelValue(shard.database),
    [labels.tableGroup]: labelValue(shard.tableGroup),
    [labels.shard]: String(shard.shard),
  };
}

export function poolLabels(pool: PoolIdentity): Labels {
  return {
    ...shardLabels(pool, components.shardPool),
    [labels.cell]: labelValue(pool.cell),
    [labels.poolType]: pool.type,
  };
}

/** Identity labels plus those that every object of ours carries and no selector uses. */
export function objectLabels(identity: Labels): Labels {
  return { ...identity, [labels.partOf]: "multigres", [labels.managedBy]: managedBy };
}

/** Label selector for a controller's caches: our objects of one component. */
export function componentSelector(component: ComponentName): string {
  return `${labels.component}=${component},${labels.managedBy}=${managedBy}`;
}
