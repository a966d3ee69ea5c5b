import type {
  Cell,
  Condition,
  MultigresCluster,
  ObjectMeta,
  Shard,
  TableGroup,
  TopoServer,
} from "@multigres/api-types";
import type { ObservedPod } from "@multigres/status-kit";

/** What the demo draws and reports of: our kinds, and the workloads of the global components. */
export type TreeObject = MultigresCluster | TopoServer | Cell | TableGroup | Shard | Workload | Pod;

export interface Workload {
  readonly kind: "Deployment" | "StatefulSet";
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number; readonly conditions?: readonly Condition[] };
}

export interface Pod {
  readonly kind: "Pod";
  readonly metadata: ObjectMeta;
  readonly status?: ObservedPod["status"];
}

export interface TreeOptions {
  readonly color: boolean;
  /** Columns to stay within by shortening names; unset: as wide as it gets. */
  readonly width?: number;
}

interface Node {
  readonly kind: string;
  readonly name: string;
  readonly ready?: number;
  readonly desired?: number;
  readonly state?: State;
  readonly children?: readonly Node[];
}

interface State {
  readonly text: string;
  readonly mood: "good" | "moving" | "stalled";
}

interface Row {
  /** The lines that lead to it. */
  readonly branch: string;
  readonly kind: string;
  readonly name: string;
  readonly counts: string;
  readonly state?: State;
}

/** The trees of some clusters as lines of text, one below the other with common columns. */
export function drawTrees(
  clusters: readonly MultigresCluster[],
  objects: readonly TreeObject[],
  options: TreeOptions,
): string[] {
  const trees = clusters.map((cluster) => rowsOf(clusterNode(cluster, objects), "", ""));
  const rows = trees.flat();
  const countWidth = widest(rows.map(({ counts }) => counts));
  const stateWidth = widest(rows.map(({ state }) => state?.text ?? ""));
  const room = options.width === undefined ? Number.POSITIVE_INFINITY : options.width - countWidth - stateWidth - 5;
  const labelWidth = widest(rows.map((row) => labelOf(row, room)));
  return trees.flatMap((tree, index) => [
    ...(index === 0 ? [] : [""]),
    ...tree.map((row) => {
      const state = row.state === undefined ? "" : options.color ? painted(row.state) : row.state.text;
      return `${labelOf(row, room).padEnd(labelWidth)}  ${row.counts.padStart(countWidth)}  ${state}`.trimEnd();
    }),
  ]);
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}

function labelOf({ branch, kind, name }: Row, room: number): string {
  const start = `${branch}${kind} `;
  return `${start}${shortened(name, Math.max(8, room - start.length))}`;
}

/** Cut in the middle: what tells long names apart is often at their end. */
function shortened(name: string, length: number): string {
  if (name.length <= length) return name;
  const tail = Math.floor((length - 1) / 2);
  return `${name.slice(0, length - 1 - tail)}…${name.slice(name.length - tail)}`;
}

function rowsOf(node: Node, own: string, below: string): Row[] {
  const { kind, name, ready, desired, state, children = [] } = node;
  const counts = desired === undefined ? "" : `${ready ?? 0}/${desired}`;
  return [
    { branch: own, kind, name, counts, state },
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      return rowsOf(child, `${below}${isLast ? "└─ " : "├─ "}`, `${below}${isLast ? "   " : "│  "}`);
    }),
  ];
}

function clusterNode(cluster: MultigresCluster, objects: readonly TreeObject[]): Node {
  return {
    kind: cluster.kind,
    name: `${cluster.metadata.namespace}/${cluster.metadata.name}`,
    ready: cluster.status?.readyInstances,
    desired: cluster.status?.desiredInstances,
    state: stateOf(cluster.status?.conditions),
    children: childrenOf(cluster, objects),
  };
}

const kindOrder = ["TopoServer", "Deployment", "StatefulSet", "Cell", "TableGroup", "Shard"];

function childrenOf(owner: TreeObject, objects: readonly TreeObject[]): Node[] {
  return objects
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === owner.metadata.uid),
    )
    .sort(
      (a, b) => kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind) || a.metadata.name.localeCompare(b.metadata.name),
    )
    .flatMap((object) => nodeOf(object, objects));
}

/** Workloads are drawn where no kind of ours stands for them: directly below the cluster. */
function nodeOf(object: TreeObject, objects: readonly TreeObject[]): Node[] {
  const ours = (ready: number | undefined, desired: number, children: readonly Node[] = []): Node[] => {
    const { kind, metadata } = object;
    return [{ kind, name: metadata.name, ready, desired, state: stateOf(conditionsOf(object)), children }];
  };
  switch (object.kind) {
    case "TopoServer":
      return ours(object.status?.readyReplicas, object.spec.replicas);
    case "Cell": {
      const topoServers = objects.filter(({ kind }) => kind === "TopoServer");
      const desired = object.spec.multiGateway.replicas;
      return ours(object.status?.gatewayReadyReplicas, desired, childrenOf(object, topoServers));
    }
    case "TableGroup":
      return ours(object.status?.readyShards, object.spec.partitioning.shards, childrenOf(object, objects));
    case "Shard":
      return ours(object.status?.readyPods, sum(object.spec.pools), poolNodes(object));
    case "Deployment":
    case "StatefulSet": {
      const desired = object.spec?.replicas ?? 0;
      const ready = object.status?.readyReplicas ?? 0;
      const state: State =
        ready >= desired ? { text: "Available", mood: "good" } : { text: "WaitingForPods", mood: "moving" };
      return [{ kind: object.kind, name: object.metadata.name, ready, desired, state }];
    }
    case "MultigresCluster":
    case "Pod":
      return [];
  }
}

function conditionsOf(object: TreeObject): readonly Condition[] | undefined {
  return object.kind === "Pod" ? undefined : object.status?.conditions;
}

function sum(pools: readonly { readonly replicas: number }[]): number {
  return pools.reduce((total, { replicas }) => total + replicas, 0);
}

function poolNodes({ spec, status }: Shard): Node[] {
  return spec.pools.map(({ type, cell, replicas }) => ({
    kind: "pool",
    name: `${type} in ${cell}`,
    ready: status?.pools?.find((pool) => pool.type === type && pool.cell === cell)?.readyPods,
    desired: replicas,
  }));
}

/** `Available`, `Available, <why not at rest>`, or why not, in one or two words. */
function stateOf(conditions: readonly Condition[] | undefined): State {
  const of = (type: string) => conditions?.find((condition) => condition.type === type);
  const available = of("Available");
  const progressing = of("Progressing");
  const mood = of("Stalled")?.status === "True" ? "stalled" : "moving";
  if (available === undefined) return { text: "no status yet", mood };
  if (available.status !== "True") return { text: available.reason ?? "not Available", mood };
  if (progressing?.status === "False") {
    return mood === "stalled" ? { text: "Available, Stalled", mood } : { text: "Available", mood: "good" };
  }
  return { text: `Available, ${progressing?.reason ?? "progressing"}`, mood };
}

const colors = { good: 32, moving: 33, stalled: 31 } as const;

function painted({ text, mood }: State): string {
  return `\u001b[${colors[mood]}m${text}\u001b[0m`;
}
