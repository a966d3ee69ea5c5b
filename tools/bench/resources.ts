/** Where the API server serves a kind. */
export interface Resource {
  readonly kind: string;
  /** Group and version as in the path. */
  readonly root: string;
  readonly plural: string;
}

function ours(kind: string, plural: string): Resource {
  return { kind, root: "/apis/multigres.com/v1alpha1", plural };
}

function core(kind: string, plural: string): Resource {
  return { kind, root: "/api/v1", plural };
}

function named(group: string, kind: string, plural: string): Resource {
  return { kind, root: `/apis/${group}/v1`, plural };
}

export const resources = {
  MultigresCluster: ours("MultigresCluster", "multigresclusters"),
  ShardTemplate: ours("ShardTemplate", "shardtemplates"),
  TopoServer: ours("TopoServer", "toposervers"),
  Cell: ours("Cell", "cells"),
  TableGroup: ours("TableGroup", "tablegroups"),
  Shard: ours("Shard", "shards"),
  ConfigMap: core("ConfigMap", "configmaps"),
  Secret: core("Secret", "secrets"),
  Service: core("Service", "services"),
  PersistentVolumeClaim: core("PersistentVolumeClaim", "persistentvolumeclaims"),
  Pod: core("Pod", "pods"),
  Deployment: named("apps", "Deployment", "deployments"),
  StatefulSet: named("apps", "StatefulSet", "statefulsets"),
  PodDisruptionBudget: named("policy", "PodDisruptionBudget", "poddisruptionbudgets"),
} as const;

/** Everything that the operator makes for a cluster, parents first; pods are made by others. */
export const made: readonly Resource[] = [
  resources.TopoServer,
  resources.Cell,
  resources.TableGroup,
  resources.Shard,
  resources.ConfigMap,
  resources.Secret,
  resources.Service,
  resources.PodDisruptionBudget,
  resources.PersistentVolumeClaim,
  resources.Deployment,
  resources.StatefulSet,
];

export const namespace = "bench";

export function collection({ root, plural }: Resource): string {
  return `${root}/namespaces/${namespace}/${plural}`;
}

export function item(resource: Resource, name: string): string {
  return `${collection(resource)}/${name}`;
}
