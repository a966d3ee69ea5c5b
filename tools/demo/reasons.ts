import type { Condition, MultigresCluster } from "@multigres/api-types";
import type { TreeObject } from "./tree.ts";

export function conditionOf(object: TreeObject, type: string): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

/** Available for the spec that stands there now, not for an older one. */
export function isAvailable(cluster: MultigresCluster): boolean {
  return (
    cluster.status?.observedGeneration === cluster.metadata.generation &&
    conditionOf(cluster, "Available")?.status === "True"
  );
}

/** Why clusters aren't Available: which object, and why. Pods that aren't ready come last, by name. */
export function reasonsAgainst(clusters: readonly MultigresCluster[], objects: readonly TreeObject[]): string[] {
  const namespaces = new Set(clusters.map((cluster) => cluster.metadata.namespace));
  const ours = objects.filter((object) => namespaces.has(object.metadata.namespace));
  const lines = [...clusters, ...ours.filter((object) => object.kind !== "MultigresCluster")].flatMap((object) => {
    if (object.kind === "Deployment" || object.kind === "StatefulSet" || object.kind === "Pod") return [];
    const available = conditionOf(object, "Available");
    if (available?.status === "True") return [];
    const why = available
      ? `${available.reason ?? "no reason"}: ${available.message ?? ""}`
      : "has no status yet; is its controller running?";
    return [`${object.kind} ${object.metadata.namespace}/${object.metadata.name}: ${why}`];
  });
  const pods = ours
    .filter((object) => object.kind === "Pod" && conditionOf(object, "Ready")?.status !== "True")
    .map((pod) => `Pod ${pod.metadata.namespace}/${pod.metadata.name} isn't ready${detail(pod)}`);
  return [...lines, ...pods];
}

function detail(pod: TreeObject): string {
  const condition = ["PodScheduled", "ContainersReady", "Ready"]
    .map((type) => conditionOf(pod, type))
    .find((found) => found?.status === "False" && found.message);
  return condition ? `: ${condition.message}` : "";
}
