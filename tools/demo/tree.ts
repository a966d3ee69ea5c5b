import type {
  Cell,
  Condition,
  MultigresCluster,
  ObjectMeta,
  Shard,
  TableGroup,
  TopoServer,
} from "@multigres/api-types";

/** What the demo draws and reports of: our kinds, and the workloads of the two global components. */
export type TreeObject =
  | MultigresCluster
  | TopoServer
  | Cell
  | TableGroup
  | Shard
  | {
      apiVersion: string;
      kind: "Deployment" | "StatefulSet" | "Pod";
      metadata: ObjectMeta;
      spec?: { replicas?: number };
      status?: WorkloadStatus;
    };

interface WorkloadStatus {
  readonly readyReplicas?: number;
  readonly conditions?: readonly Condition[];
}

interface Node {
  readonly label: string;
  readonly counts?: string;
  readonly state: string;
  readonly children: readonly Node[];
}

/** The tree of one cluster as lines of text; `color` adds ANSI colours to the states. */
export function drawTree(cluster: MultigresCluster, objects: readonly TreeObject[], color: boolean): string[] {
  const rows: { text: string; counts: string; state: string }[] = [];
  flatten(clusterNode(cluster, objects), "", "", rows);
  const textWidth = Math.max(...rows.map((row) => row.text.length));
  const countWidth = Math.max(...rows.map((row) => row.counts.length));
  return rows.map((row) =>
    `${row.text.padEnd(textWidth)}  ${row.counts.padStart(countWidth)}  ${color ? paint(row.state) : row.state}`.trimEnd(),
  );
}

function flatten(
  node: Node,
  own: string,
  below: string,
  rows: { text: string; counts: string; state: string }[],
): void {
  rows.push({ text: `${own}${node.label}`, counts: node.counts ?? "", state: node.state });
  node.children.forEach((child, index) => {
    const last = index === node.children.length - 1;
    flatten(child, `${below}${last ? "└─ " : "├─ "}`, `${below}${last ? "   " : "│  "}`, rows);
  });
}

function clusterNode(cluster: MultigresCluster, objects: readonly TreeObject[]): Node {
  const owned = ownedBy(objects, cluster.metadata.uid);
  return {
    label: `MultigresCluster ${cluster.metadata.namespace}/${cluster.metadata.name}`,
    state: stateOf(cluster.status?.conditions),
    children: owned.flatMap((object) => node(object, objects)),
  };
}

function node(object: TreeObject, objects: readonly TreeObject[]): Node[] {
  const children = ownedBy(objects, object.metadata.uid);
  const own = (counts: string, shownChildren: readonly TreeObject[] = children): Node[] => [
    {
      label: `${object.kind} ${object.metadata.name}`,
      counts,
      state: stateOf(object.status?.conditions),
      children: shownChildren.flatMap((child) => node(child, objects)),
    },
  ];
  switch (object.kind) {
    case "MultigresCluster":
      return [];
    case "TopoServer":
      return own(ratio(object.status?.readyReplicas, object.spec.replicas), []);
    case "Cell":
      return own(
        ratio(object.status?.gatewayReadyReplicas, object.spec.multiGateway.replicas),
        children.filter((child) => child.kind === "TopoServer"),
      );
    case "TableGroup":
      return own(ratio(object.status?.readyShards, object.spec.partitioning.shards));
    case "Shard":
      return [
        {
          label: `Shard ${object.metadata.name}`,
          counts: ratio(object.status?.readyPods, object.status?.totalPods ?? 0),
          state: stateOf(object.status?.conditions),
          children: (object.status?.pools ?? []).map((pool) => ({
            label: `pool ${pool.type} in ${pool.cell}`,
            counts: ratio(pool.readyPods, pool.totalPods),
            state: "",
            children: [],
          })),
        },
      ];
    case "Deployment":
    case "StatefulSet": {
      const wanted = object.spec?.replicas ?? 0;
      const ready = object.status?.readyReplicas ?? 0;
      return [
        {
          label: `${object.kind} ${object.metadata.name}`,
          counts: ratio(ready, wanted),
          state: ready >= wanted ? "Available" : "waiting",
          children: [],
        },
      ];
    }
    case "Pod":
      return [];
  }
}

const kindOrder = ["TopoServer", "Deployment", "StatefulSet", "Cell", "TableGroup", "Shard", "Pod"];

function ownedBy(objects: readonly TreeObject[], uid: string | undefined): TreeObject[] {
  return objects
    .filter((object) => object.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid))
    .sort(
      (a, b) => kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind) || a.metadata.name.localeCompare(b.metadata.name),
    );
}

function ratio(ready: number | undefined, wanted: number): string {
  return `${ready ?? 0}/${wanted}`;
}

/** `Available`, `Available, progressing`, or why not, in one or two words. */
function stateOf(conditions: readonly Condition[] | undefined): string {
  const of = (type: string) => conditions?.find((condition) => condition.type === type);
  const available = of("Available");
  if (available?.status !== "True") return available?.reason ?? "no status yet";
  return of("Progressing")?.status === "False"
    ? "Available"
    : `Available, ${of("Progressing")?.reason ?? "progressing"}`;
}

function paint(state: string): string {
  if (state === "") return state;
  return state === "Available" ? `\u001b[32m${state}\u001b[0m` : `\u001b[33m${state}\u001b[0m`;
}
