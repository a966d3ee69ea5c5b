import { annotations } from "@multigres/api-types";
import { hashOf } from "./applied-hash.ts";
import type { DesiredObject, Plan, WriteFailure } from "./plan.ts";
import { controllerOf, type KubernetesObject } from "./resource.ts";

// A child that somebody edits is put back by its owner's controller, but its own controller may be faster, or the owner's
// may be away. So an owner notes on each child which spec it wrote, and nothing is deleted for a spec that isn't noted.

type WithSpec = KubernetesObject & { spec?: unknown };

/** Note of an owner whose own spec wasn't confirmed: what it hands down isn't, either. */
const unconfirmed = "unconfirmed";

/**
 * Whether an object's spec is the one that its owner wrote. What has no controller has no other master, and what carries
 * no note was written by a version without it, or a person took the note away in order to be obeyed.
 */
export function isConfirmed(object: WithSpec): boolean {
  const note = object.metadata?.annotations?.[annotations.specHash];
  return controllerOf(object) === undefined || note === undefined || note === hashOf(object.spec);
}

/**
 * What of a plan may be done for `owner`: children carry the note, and deletions wait until the owner's spec is confirmed. So do
 * patches, as not all of them can be taken back.
 */
export function confirmedPlan(
  owner: KubernetesObject,
  kind: string,
  plan: Pick<Plan<unknown>, "objects" | "deletions">,
): Pick<Plan<unknown>, "objects" | "deletions"> & { readonly held: readonly WriteFailure[] } {
  const confirmed = isConfirmed(owner);
  return {
    objects: plan.objects
      .filter(({ write }) => confirmed || write !== "patch")
      .map((desired) => (desired.write === "exact" ? withNote(desired, confirmed) : desired)),
    deletions: confirmed ? plan.deletions : [],
    held: confirmed ? [] : heldDeletions(owner, kind, plan),
  };
}

function withNote(desired: DesiredObject, confirmed: boolean): DesiredObject {
  const { metadata, spec } = desired.object as WithSpec;
  const note = { [annotations.specHash]: confirmed ? hashOf(spec) : unconfirmed };
  return {
    ...desired,
    object: { ...desired.object, metadata: { ...metadata, annotations: { ...metadata?.annotations, ...note } } },
  };
}

/** As with a conflicting write nobody has to act: the owner puts the spec back, and that is another try. */
function heldDeletions(
  owner: KubernetesObject,
  kind: string,
  { deletions }: Pick<Plan<unknown>, "deletions">,
): WriteFailure[] {
  const master = controllerOf(owner);
  return deletions.map((deletion) => ({
    ref: { kind: deletion.kind.kind, namespace: deletion.namespace, name: deletion.name },
    reason: "Conflict",
    message: `${deletion.kind.kind} ${deletion.name} isn't deleted, because ${kind} ${owner.metadata?.name} isn't as ${master?.kind} ${master?.name} wrote it`,
  }));
}
