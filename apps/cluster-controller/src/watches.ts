import type { V1PersistentVolumeClaim, V1Pod } from "@kubernetes/client-node";
import { labels, type MultigresCluster } from "@multigres/api-types";
import {
  controllerKeys,
  type Key,
  type KubernetesObject,
  keyOf,
  kinds,
  type ResourceKind,
  type Stores,
  type Watch,
  watch,
} from "@multigres/controller-kit";
import { componentSelector, components, managedBy, names, trimMetadata, trimPod } from "@multigres/workload-kit";
import { parse } from "./parse.ts";
import { tableGroupNames } from "./tablegroup-name.ts";

/** Index of clusters by the ShardTemplates that they refer to: a template wakes exactly its users. */
const clustersByTemplate = "shardTemplate" as const;
/** Index of clusters by the names of the children that they want: a stranger that frees such a name wakes them. */
const clustersByChild = "child";
/** Index of pods by `<cluster's key>/<component>`. */
export const podsOfComponent = "component";
/** Index of volumes by their cluster's key. */
export const claimsOfCluster = "cluster";

/** Malformed clusters stand in the cache too; they use nothing. */
export const primaryIndexes = {
  [clustersByTemplate]: (cluster: MultigresCluster) => ifWellFormed(cluster, templatesOf),
  [clustersByChild]: (cluster: MultigresCluster) => ifWellFormed(cluster, childrenOf),
};

function ifWellFormed(
  cluster: MultigresCluster,
  keysOf: (cluster: MultigresCluster) => readonly string[],
): readonly string[] {
  const parsed = parse(cluster);
  return parsed.ok ? [...new Set(keysOf(parsed.value))] : [];
}

function templatesOf({ metadata, spec }: MultigresCluster): readonly string[] {
  return (spec.databases ?? []).flatMap(({ spec: { shardTemplateRef } }) =>
    shardTemplateRef === undefined ? [] : [`${metadata.namespace}/${shardTemplateRef}`],
  );
}

function childrenOf({ metadata: { namespace, name }, spec }: MultigresCluster): readonly string[] {
  return [
    childKey("TopoServer", `${namespace}/${names.globalTopoServer(name)}`),
    ...spec.cells.map((cell) => childKey("Cell", `${namespace}/${names.cell(name, cell.name)}`)),
    ...(spec.databases ?? [])
      .flatMap((database) => tableGroupNames(name, database.name))
      .map((tableGroup) => childKey("TableGroup", `${namespace}/${tableGroup}`)),
  ];
}

const podSelector = `${labels.component} in (${components.multiadmin},${components.multiorch},${components.shardPool}),${labels.managedBy}=${managedBy}`;
const workloadSelector = `${labels.component} in (${components.multiadmin},${components.multiorch}),${labels.managedBy}=${managedBy}`;

/** The four kinds below are ours alone, so their caches need no selector; workloads' caches hold our components only. */
export const watches: readonly Watch[] = [
  watch({
    kind: kinds.ShardTemplate,
    wakes: (template, stores) => clusters(stores, clustersByTemplate, keyOf(template)),
  }),
  child(kinds.TopoServer),
  child(kinds.Cell),
  child(kinds.TableGroup),
  watch({ kind: kinds.Deployment, labelSelector: workloadSelector }),
  watch({ kind: kinds.StatefulSet, labelSelector: workloadSelector }),
  watch({ kind: kinds.Service, labelSelector: workloadSelector }),
  watch({ kind: kinds.PodDisruptionBudget, labelSelector: workloadSelector }),
  watch({
    kind: kinds.Pod,
    labelSelector: podSelector,
    trim: trimmed,
    indexes: {
      [podsOfComponent]: (pod) => clusterKeys(pod).map((key) => `${key}/${pod.metadata?.labels?.[labels.component]}`),
    },
    wakes: clusterKeys,
  }),
  watch({
    kind: kinds.PersistentVolumeClaim,
    labelSelector: componentSelector(components.shardPool),
    trim: withoutSize,
    indexes: { [claimsOfCluster]: clusterKeys },
    wakes: clusterKeys,
  }),
];

/** Who owns a volume is the only question here. */
function withoutSize({ apiVersion, kind, metadata }: V1PersistentVolumeClaim): V1PersistentVolumeClaim {
  return { apiVersion, kind, metadata: trimMetadata(metadata) };
}

/** Of pools' pods, which are most, it only matters whether they exist: their health is in the status of their Shards. */
function trimmed(pod: V1Pod): V1Pod {
  if (pod.metadata?.labels?.[labels.component] !== components.shardPool) return trimPod(pod);
  const { name, namespace, uid, resourceVersion, labels: all = {} } = pod.metadata;
  const kept = [labels.component, labels.cluster, labels.database, labels.cell];
  const own = Object.fromEntries(kept.flatMap((label) => (all[label] === undefined ? [] : [[label, all[label]]])));
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: { name, namespace, uid, resourceVersion, labels: own },
  };
}

function child<T extends KubernetesObject>(kind: ResourceKind<T>): Watch {
  return watch<T>({
    kind,
    wakes: (object, stores) => [
      ...new Set([
        ...controllerKeys(object, kinds.MultigresCluster),
        ...clusters(stores, clustersByChild, childKey(kind.kind, keyOf(object))),
      ]),
    ],
  });
}

function childKey(kind: string, key: Key): string {
  return `${kind} ${key}`;
}

function clusters(stores: Stores, index: string, value: string): Key[] {
  return stores.of(kinds.MultigresCluster).byIndex(index, value).map(keyOf);
}

/** No owner of a pod or volume needs to lead to its cluster, so that is read from the label. */
function clusterKeys({ metadata }: KubernetesObject): Key[] {
  const cluster = metadata?.labels?.[labels.cluster];
  return cluster === undefined ? [] : [`${metadata?.namespace ?? ""}/${cluster}`];
}
