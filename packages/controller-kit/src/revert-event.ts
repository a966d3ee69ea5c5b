import { labels } from "@multigres/api-types";
import type { EventDraft } from "./plan.ts";
import { controllerOf, type KubernetesObject } from "./resource.ts";

const shownPaths = 5;

/** The Event on an object whose fields were put back: which, who had changed them, and where to edit instead. */
export function revertEvent(
  desired: KubernetesObject,
  paths: readonly string[],
  editors: readonly string[],
): EventDraft {
  const more = paths.length > shownPaths ? ` and ${paths.length - shownPaths} more` : "";
  const who = editors.length > 0 ? `, changed by ${editors.join(", ")}` : "";
  return {
    type: "Warning",
    reason: "Reverted",
    action: "Revert",
    note: `Put back ${paths.slice(0, shownPaths).join(", ")}${more}${who}.${whereToEdit(desired)}`,
  };
}

function whereToEdit(desired: KubernetesObject): string {
  const owner = controllerOf(desired);
  if (!owner) return "";
  const cluster = desired.metadata?.labels?.[labels.cluster];
  if (cluster === undefined || owner.kind === "MultigresCluster") return ` Edit ${owner.kind} ${owner.name} instead.`;
  return ` It follows ${owner.kind} ${owner.name}: edit MultigresCluster ${cluster} instead.`;
}

/** The Event on an object that had lost its owner and is ours again. */
export function takeoverEvent(desired: KubernetesObject): EventDraft {
  const owner = controllerOf(desired);
  const whose = owner ? `${owner.kind} ${owner.name}` : "this operator";
  return {
    type: "Normal",
    reason: "TakenOver",
    action: "TakeOver",
    note: `${whose} took this object over: it belonged to nobody and carries its identity.`,
  };
}
