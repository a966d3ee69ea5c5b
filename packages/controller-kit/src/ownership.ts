import type { OwnerReference } from "@multigres/api-types";
import type { DesiredObject } from "./plan.ts";
import { controllerOf, type KubernetesObject } from "./resource.ts";

/**
 * Whose an existing object is.
 *
 * - `ours`: controlled by the owner that we write for.
 * - `orphan`: controlled by nobody and carrying our identity: to be taken over.
 * - `leaving`: of the owner's predecessor, which was deleted and made again under its name. The garbage collector takes it.
 * - `foreign`: somebody else's; nothing of it may be touched.
 */
export type Ownership = "ours" | "orphan" | "leaving" | "foreign";

export function ownershipOf(desired: DesiredObject, live: KubernetesObject): Ownership {
  const wanted = controllerOf(desired.object);
  const actual = controllerOf(live);
  if (wanted !== undefined) {
    if (actual?.uid === wanted.uid) return "ours";
    if (actual === undefined) return desired.isOurs?.(live) === true ? "orphan" : "foreign";
    return isNamesake(actual, wanted) ? "leaving" : "foreign";
  }
  // An object that outlives its owner on purpose (a volume): only its identity says whose it is.
  if (actual !== undefined) return "foreign";
  return (desired.isOurs?.(live) ?? hasLabelsOf(desired.object, live)) ? "ours" : "foreign";
}

/** Whether two references to different objects of a namespace give the same kind and name. */
function isNamesake(one: OwnerReference, other: OwnerReference): boolean {
  const groupOf = ({ apiVersion }: OwnerReference) => apiVersion.split("/")[0];
  return one.name === other.name && one.kind === other.kind && groupOf(one) === groupOf(other);
}

function hasLabelsOf(desired: KubernetesObject, live: KubernetesObject): boolean {
  const actual = live.metadata?.labels ?? {};
  const wanted = Object.entries(desired.metadata?.labels ?? {});
  return wanted.length > 0 && wanted.every(([name, value]) => actual[name] === value);
}

/** What a person reads when the wanted name is taken: which object, whose, and what to do. */
export function nameConflictMessage(desired: DesiredObject, live: KubernetesObject): string {
  const { kind } = desired.kind;
  const owner = controllerOf(live);
  const whose = owner ? `belongs to ${owner.kind} ${owner.name}` : "was not made by this operator";
  return `${kind} ${desired.object.metadata?.name} already exists and ${whose}, so it is left alone: delete it, or use another name for the cluster, cell or database that this one would be for`;
}

/** What stands in the way for a moment when the owner was deleted and made again. */
export function leavingMessage(desired: DesiredObject): string {
  const owner = controllerOf(desired.object);
  return `${desired.kind.kind} ${desired.object.metadata?.name} of the deleted ${owner?.kind} ${owner?.name} is still being removed; then it is made again`;
}

/** The live owners with the desired ones added or put right, matched by UID. */
export function mergeOwners(
  live: readonly OwnerReference[] = [],
  desired: readonly OwnerReference[] = [],
): OwnerReference[] {
  const ours = new Set(desired.map((owner) => owner.uid));
  return [...live.filter((owner) => !ours.has(owner.uid)), ...desired];
}
