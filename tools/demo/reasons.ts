import type { Condition, MultigresCluster } from "@multigres/api-types";
import { findCondition, podHealth } from "@multigres/status-kit";
import type { Pod, TreeObject } from "./tree.ts";

/** Available for the spec that stands there now, not for an older one. */
export function isAvailable({ metadata, status }: MultigresCluster): boolean {
  return (
    status?.observedGeneration === metadata.generation &&
    findCondition(status?.conditions, "Available")?.status === "True"
  );
}

/** Available and nothing left to do, so that what status says is final. */
export function isSettled(cluster: MultigresCluster): boolean {
  return isAvailable(cluster) && findCondition(cluster.status?.conditions, "Progressing")?.status === "False";
}

/** What the clusters wait for, in the words of the first one that does. */
export function waitingFor(clusters: readonly MultigresCluster[]): string {
  const waiting = clusters.find((cluster) => !isSettled(cluster));
  if (waiting === undefined) return "";
  const conditions = waiting.status?.conditions;
  const available = findCondition(conditions, "Available");
  return (
    (available?.status === "True" ? findCondition(conditions, "Progressing") : available)?.message ??
    `MultigresCluster ${waiting.metadata.name} has no status yet`
  );
}

/**
 * Why clusters aren't Available: which object, and why. First the clusters, then their parts, then by name every pod that
 * isn't ready. `wanted`: `namespace/name` of each cluster.
 */
export function reasonsAgainst(wanted: ReadonlySet<string>, objects: readonly TreeObject[]): string[] {
  const existing = new Set(objects.filter(({ kind }) => kind === "MultigresCluster").map(keyOf));
  const missing = [...wanted].filter((key) => !existing.has(key));
  return [
    ...missing.map((key) => `MultigresCluster ${key}: doesn't exist (any more)`),
    ...[...objects].sort((a, b) => rank(a) - rank(b)).flatMap(reasonsOf),
  ];
}

function keyOf({ metadata }: TreeObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function rank({ kind }: TreeObject): number {
  return kind === "MultigresCluster" ? 0 : kind === "Pod" ? 2 : 1;
}

function reasonsOf(object: TreeObject): string[] {
  if (object.kind === "Pod") return podReason(object);
  // Their trouble is told by the pods, and by the kind of ours that owns them.
  if (object.kind === "Deployment" || object.kind === "StatefulSet") return [];
  const available = findCondition(object.status?.conditions, "Available");
  return available?.status === "True" ? [] : [`${object.kind} ${keyOf(object)}: ${wordsOf(available)}`];
}

function wordsOf(available: Condition | undefined): string {
  if (available === undefined) return "no status yet, is its controller running?";
  return [available.reason, available.message].filter((text) => text !== undefined && text !== "").join(": ");
}

function podReason(pod: Pod): string[] {
  const { ready, reason, message = "" } = podHealth(pod);
  if (ready) return [];
  const where = `Pod ${keyOf(pod)}`;
  // The message begins with `Pod <name>`.
  const rest = message.slice(`Pod ${pod.metadata.name}`.length);
  return [`${where}${rest}${reason === undefined ? unreadyContainers(pod) : ""}`];
}

function unreadyContainers({ status }: Pod): string {
  const unready = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    .filter(({ ready }) => ready === false)
    .map(({ name }) => name);
  return unready.length === 0 ? "" : `: container ${unready.join(", ")} runs, but not ready`;
}
