import type { MultigresCluster } from "@multigres/api-types";
import type { Kubectl } from "../control-plane/index.ts";
import type { TreeObject } from "./tree.ts";

const kinds = [
  "multigresclusters.multigres.com",
  "toposervers.multigres.com",
  "cells.multigres.com",
  "tablegroups.multigres.com",
  "shards.multigres.com",
  "deployments.apps",
  "statefulsets.apps",
  "pods",
];

/** Every object that the demo draws, in the given namespaces. */
export async function readObjects(kubectl: Kubectl, namespaces: readonly string[]): Promise<TreeObject[]> {
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const result = await kubectl(["get", kinds.join(","), "-n", namespace, "-o", "json"]);
      if (result.code !== 0) throw new Error(`kubectl get failed: ${result.stderr}`);
      return (JSON.parse(result.stdout) as { items: TreeObject[] }).items;
    }),
  );
  return lists.flat();
}

export function clustersAmong(objects: readonly TreeObject[], applied: ReadonlySet<string>): MultigresCluster[] {
  return objects
    .filter((object): object is MultigresCluster => object.kind === "MultigresCluster")
    .filter((cluster) => applied.has(`${cluster.metadata.namespace}/${cluster.metadata.name}`));
}

export function countKinds(objects: readonly TreeObject[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const object of objects) counts[object.kind] = (counts[object.kind] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
}
