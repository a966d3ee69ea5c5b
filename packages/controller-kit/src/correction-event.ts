import { labels } from "@multigres/api-types";
import type { EventDraft } from "./plan.ts";
import { editorsOf } from "./field-managers.ts";
import { regardingOf } from "./recorder.ts";
import { controllerOf, type KubernetesObject, type ResourceKind } from "./resource.ts";
import type { WriteContext } from "./write-context.ts";

const shownPaths = 5;

/** A write that put an object right. */
export interface Correction {
  readonly kind: ResourceKind;
  readonly desired: KubernetesObject;
  /** The object as it was found, with its managedFields if it was read live. */
  readonly found: KubernetesObject;
  readonly written: KubernetesObject;
  /** What was not as desired. */
  readonly paths: readonly string[];
  /** We wanted the same before, so the difference is somebody else's doing. */
  readonly reverting: boolean;
}

/** Leaves an Event on an object that was taken over or put back; none when the write changed nothing. */
export function reportCorrection(
  correction: Correction,
  context: Pick<WriteContext, "recorder" | "fieldManager">,
): void {
  const { kind, desired, found, written, paths, reverting } = correction;
  if (written.metadata?.resourceVersion === found.metadata?.resourceVersion) return;
  const regarding = regardingOf(kind, written);
  if (controllerOf(desired) !== undefined && controllerOf(found) === undefined) {
    context.recorder.happened(regarding, takeoverEvent(desired));
  } else if (reverting && paths.length > 0) {
    context.recorder.happened(regarding, revertEvent(desired, paths, editorsOf(found, paths, context.fieldManager)));
  }
}

/** Which fields were put back, who had changed them, and where to edit instead. */
function revertEvent(desired: KubernetesObject, paths: readonly string[], editors: readonly string[]): EventDraft {
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

function takeoverEvent(desired: KubernetesObject): EventDraft {
  const owner = controllerOf(desired);
  const whose = owner ? `${owner.kind} ${owner.name}` : "this operator";
  return {
    type: "Normal",
    reason: "TakenOver",
    action: "TakeOver",
    note: `${whose} took this object over: it belonged to nobody and carries its identity.`,
  };
}
