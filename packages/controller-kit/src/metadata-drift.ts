import { annotations } from "@multigres/api-types";
import type { KubernetesObject } from "./resource.ts";

/**
 * Paths of labels, annotations, owners and finalizers that we want and the live object lacks; what others added doesn't
 * count. A change of metadata doesn't raise `generation`, so this is looked at each time.
 */
export function metadataDrift(desired: KubernetesObject, live: KubernetesObject): readonly string[] {
  const want = desired.metadata ?? {};
  const have = live.metadata ?? {};
  const owners = want.ownerReferences?.every((owner) =>
    have.ownerReferences?.some(
      (other) =>
        other.uid === owner.uid &&
        (other.controller ?? false) === (owner.controller ?? false) &&
        (other.blockOwnerDeletion ?? false) === (owner.blockOwnerDeletion ?? false),
    ),
  );
  return [
    ...missingEntries("metadata.labels", want.labels, have.labels),
    ...missingEntries("metadata.annotations", want.annotations, have.annotations),
    ...(owners === false ? ["metadata.ownerReferences"] : []),
    ...(want.finalizers?.every((name) => have.finalizers?.includes(name)) === false ? ["metadata.finalizers"] : []),
  ];
}

function missingEntries(
  path: string,
  want: Readonly<Record<string, string>> = {},
  have: Readonly<Record<string, string>> = {},
): string[] {
  return Object.entries(want)
    .filter(([name, value]) => name !== annotations.appliedHash && have[name] !== value)
    .map(([name]) => `${path}[${JSON.stringify(name)}]`);
}
