import { labels, type MultigresCluster } from "@multigres/api-types";
import type { Kubectl } from "../control-plane/index.ts";
import { DemoError } from "./errors.ts";
import type { TreeObject } from "./tree.ts";

/** What the tree and the reasons are made of. */
const drawn = [
  "multigresclusters.multigres.com",
  "toposervers.multigres.com",
  "cells.multigres.com",
  "tablegroups.multigres.com",
  "shards.multigres.com",
  "deployments.apps",
  "statefulsets.apps",
  "pods",
];

/** What a cluster consists of besides. */
const others = ["services", "configmaps", "persistentvolumeclaims", "poddisruptionbudgets.policy"];

interface AnyObject {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string; readonly labels?: Record<string, string> };
}

/** The clusters, and everything of theirs that the demo draws. `clusters`: `namespace/name` of each. */
export async function readObjects(kubectl: Kubectl, clusters: ReadonlySet<string>): Promise<TreeObject[]> {
  return (await read(kubectl, drawn, clusters)) as unknown as TreeObject[];
}

/** How many objects of each kind the clusters consist of. */
export async function countObjects(kubectl: Kubectl, clusters: ReadonlySet<string>): Promise<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { kind } of await read(kubectl, [...drawn, ...others], clusters)) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

export function clustersAmong(objects: readonly TreeObject[]): MultigresCluster[] {
  return objects.filter((object): object is MultigresCluster => object.kind === "MultigresCluster");
}

async function read(kubectl: Kubectl, kinds: readonly string[], clusters: ReadonlySet<string>): Promise<AnyObject[]> {
  const namespaces = [...new Set([...clusters].map((cluster) => cluster.slice(0, cluster.indexOf("/"))))].sort();
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const result = await kubectl(["get", kinds.join(","), "-n", namespace, "-o", "json"]);
      if (result.code !== 0) throw new DemoError(`kubectl get failed: ${result.stderr.trim()}`);
      return (JSON.parse(result.stdout) as { items: AnyObject[] }).items;
    }),
  );
  return lists.flat().filter((object) => clusters.has(clusterOf(object)));
}

/** A namespace may hold other clusters, and other people's pods. */
function clusterOf({ kind, metadata }: AnyObject): string {
  const name = kind === "MultigresCluster" ? metadata.name : metadata.labels?.[labels.cluster];
  return `${metadata.namespace}/${name}`;
}
