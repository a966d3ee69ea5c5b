import type { V1Deployment, V1PersistentVolumeClaim, V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import type { Cell, MultigresCluster, ShardTemplate, TableGroup, TopoServer } from "@multigres/api-types";
import {
  controllerOf,
  type Key,
  type KubernetesObject,
  keyOf,
  kinds,
  type ResourceKind,
  type Stores,
  type TaskResults,
} from "@multigres/controller-kit";
import { type ComponentName, components, names } from "@multigres/workload-kit";
import { tableGroupNames } from "./tablegroup-name.ts";
import { claimsOfCluster, podsOfComponent } from "./watches.ts";

/** An object that the cluster controls, whether or not it is still wanted. */
export interface OwnedObject {
  readonly kind: ResourceKind;
  readonly object: KubernetesObject;
}

/** Everything that a reconciliation looks at. */
export interface Observed {
  readonly cluster: MultigresCluster;
  /** The ShardTemplates that the cluster refers to and that exist, by name, unchecked. */
  readonly templates: ReadonlyMap<string, ShardTemplate>;
  /** Every object of ours, of all kinds that this controller writes. */
  readonly owned: readonly OwnedObject[];
  readonly topoServer: TopoServer | undefined;
  /** By the cell's name in the spec. */
  readonly cells: ReadonlyMap<string, Cell>;
  /** All Cells of ours, wanted or not. */
  readonly cellObjects: readonly Cell[];
  readonly tableGroups: readonly TableGroup[];
  /** Whoever's TableGroup has a name that one of ours might get, by name. */
  readonly namedTableGroups: ReadonlyMap<string, TableGroup>;
  readonly multiadmin: { readonly deployment: V1Deployment | undefined; readonly pods: readonly V1Pod[] };
  readonly multiorch: { readonly statefulSet: V1StatefulSet | undefined; readonly pods: readonly V1Pod[] };
  /** Metadata of the pods of all pools: whether they exist is all that is asked here. */
  readonly poolPods: readonly V1Pod[];
  /** Metadata of the volumes of all databases, wanted or not. */
  readonly claims: readonly V1PersistentVolumeClaim[];
  /** Whether children exist that an orphaning deletion has released. */
  readonly orphanedChildren: boolean;
  /** What is known of the topology servers. */
  readonly results: TaskResults;
}

const ownedKinds = [
  kinds.TopoServer,
  kinds.Cell,
  kinds.TableGroup,
  kinds.Deployment,
  kinds.StatefulSet,
  kinds.Service,
  kinds.PodDisruptionBudget,
] as const;

export function observe(cluster: MultigresCluster, stores: Stores, results: TaskResults): Observed {
  const { name, namespace, uid = "" } = cluster.metadata;
  const key = (other: string): Key => `${namespace}/${other}`;
  const controlled = <T extends KubernetesObject>(kind: ResourceKind<T>) =>
    stores
      .of(kind)
      .byIndex("controller", uid)
      .filter((object) => object.metadata?.namespace === namespace);
  const controlledAt = <T extends KubernetesObject>(kind: ResourceKind<T>, at: string) =>
    controlled(kind).find((object) => object.metadata?.name === at);
  const pods = (component: ComponentName) =>
    stores.of(kinds.Pod).byIndex(podsOfComponent, `${keyOf(cluster)}/${component}`);
  const databases = cluster.spec.databases ?? [];

  return {
    cluster,
    templates: present(
      databases.flatMap(({ spec }) => spec.shardTemplateRef ?? []),
      (template) => stores.of(kinds.ShardTemplate).get(key(template)),
    ),
    owned: ownedKinds.flatMap((kind: ResourceKind) => controlled(kind).map((object) => ({ kind, object }))),
    topoServer: controlledAt(kinds.TopoServer, names.globalTopoServer(name)),
    cells: present(
      cluster.spec.cells.map((cell) => cell.name),
      (cell) => controlledAt(kinds.Cell, names.cell(name, cell)),
    ),
    cellObjects: controlled(kinds.Cell),
    tableGroups: controlled(kinds.TableGroup),
    namedTableGroups: present(
      databases.flatMap((database) => tableGroupNames(name, database.name)),
      (tableGroup) => stores.of(kinds.TableGroup).get(key(tableGroup)),
    ),
    multiadmin: {
      deployment: controlledAt(kinds.Deployment, names.multiadmin(name)),
      pods: pods(components.multiadmin),
    },
    multiorch: {
      statefulSet: controlledAt(kinds.StatefulSet, names.multiorch(name)),
      pods: pods(components.multiorch),
    },
    poolPods: pods(components.shardPool),
    claims: stores.of(kinds.PersistentVolumeClaim).byIndex(claimsOfCluster, keyOf(cluster)),
    orphanedChildren: cluster.spec.cells.some((cell) => {
      const found = stores.of(kinds.Cell).get(key(names.cell(name, cell.name)));
      return found !== undefined && controllerOf(found) === undefined;
    }),
    results,
  };
}

function present<T>(keys: readonly string[], find: (key: string) => T | undefined): ReadonlyMap<string, T> {
  return new Map(
    keys.flatMap((key): [string, T][] => {
      const found = find(key);
      return found === undefined ? [] : [[key, found]];
    }),
  );
}
