import { reasons } from "@multigres/status-kit";
import { kinds } from "./kinds.ts";
import type { Deletion, DesiredObject, EventDraft } from "./plan.ts";
import type { KubernetesObject, ResourceKind } from "./resource.ts";

/** Those of `live` whose name none of the desired objects of the kind has. */
export function surplusOf<T extends KubernetesObject>(
  kind: ResourceKind<T>,
  live: readonly T[],
  desired: readonly DesiredObject[],
): T[] {
  const ofKind = desired.filter((other) => other.kind.kind === kind.kind);
  const wanted = new Set(ofKind.map(({ object }) => object.metadata?.name));
  return live.filter(({ metadata }) => !wanted.has(metadata?.name));
}

/** Deletes exactly this object, and not another one that has its name by then. */
export function deletionOf(kind: ResourceKind, { metadata }: KubernetesObject, because?: string): Deletion {
  const { namespace = "", name = "", uid = "" } = metadata ?? {};
  return { kind, namespace, name, uid, ...(because !== undefined && { because }) };
}

/** Deletes a StatefulSet without its pods, so that another one with other volume templates can take them over. */
export function replacementOf(statefulSet: KubernetesObject, size: string | number | undefined): Deletion {
  const because = `its volumes are to have ${size}, and its template of them can't change. Its pods stay, the next one takes them over.`;
  return { ...deletionOf(kinds.StatefulSet, statefulSet, because), propagationPolicy: "Orphan" };
}

/** What the reconciled object tells of its deletions. */
export function deletionEvents(deletions: readonly Deletion[]): EventDraft[] {
  return deletions.flatMap(({ kind, name, because }): EventDraft[] =>
    because === undefined
      ? []
      : [
          {
            type: "Normal",
            reason: reasons.removing,
            action: "Delete",
            note: `Deleting ${kind.kind} ${name}: ${because}`,
          },
        ],
  );
}
