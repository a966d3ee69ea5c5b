import type {
  V1ConfigMap,
  V1Deployment,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodDisruptionBudget,
  V1Secret,
  V1Service,
  V1StatefulSet,
} from "@kubernetes/client-node";
import {
  type Cell,
  group,
  type MultigresCluster,
  type Shard,
  type ShardTemplate,
  type TableGroup,
  type TopoServer,
  version,
} from "@multigres/api-types";
import type { KubernetesObject, ResourceKind } from "./resource.ts";

function builtin<T extends KubernetesObject>(apiGroup: string, kind: string, plural: string): ResourceKind<T> {
  return { group: apiGroup, version: "v1", kind, plural, namespaced: true };
}

function ours<T extends KubernetesObject>(kind: string, plural: string): ResourceKind<T> {
  return { group, version, kind, plural, namespaced: true };
}

/** Every kind that a controller reads or writes. */
export const kinds = {
  MultigresCluster: ours<MultigresCluster>("MultigresCluster", "multigresclusters"),
  ShardTemplate: ours<ShardTemplate>("ShardTemplate", "shardtemplates"),
  TopoServer: ours<TopoServer>("TopoServer", "toposervers"),
  Cell: ours<Cell>("Cell", "cells"),
  TableGroup: ours<TableGroup>("TableGroup", "tablegroups"),
  Shard: ours<Shard>("Shard", "shards"),
  ConfigMap: builtin<V1ConfigMap>("", "ConfigMap", "configmaps"),
  PersistentVolumeClaim: builtin<V1PersistentVolumeClaim>("", "PersistentVolumeClaim", "persistentvolumeclaims"),
  Pod: builtin<V1Pod>("", "Pod", "pods"),
  Secret: builtin<V1Secret>("", "Secret", "secrets"),
  Service: builtin<V1Service>("", "Service", "services"),
  Deployment: builtin<V1Deployment>("apps", "Deployment", "deployments"),
  StatefulSet: builtin<V1StatefulSet>("apps", "StatefulSet", "statefulsets"),
  PodDisruptionBudget: builtin<V1PodDisruptionBudget>("policy", "PodDisruptionBudget", "poddisruptionbudgets"),
} as const;
