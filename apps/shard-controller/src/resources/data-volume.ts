import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { compareQuantities, type Quantity } from "@multigres/api-types";

export interface DataVolume {
  /** The template to render: a StatefulSet's can't change, and the server would refuse all of its other changes too. */
  readonly claim: V1PersistentVolumeClaim;
  /** What the live template lacks of the wanted one, in words; undefined when it is as wanted. */
  readonly notApplied?: string;
  /** The size that the volumes have, when another one is wanted. */
  readonly storage?: Quantity;
}

export function dataVolume(wanted: V1PersistentVolumeClaim, live: V1PersistentVolumeClaim | undefined): DataVolume {
  if (live === undefined) return { claim: wanted };
  const differences = differencesOf(wanted, live);
  if (differences.length > 0) {
    const [want, has] = [storageOf(wanted), storageOf(live)];
    return { claim: live, notApplied: differences.join(", "), ...(same(want, has) ? {} : { storage: has }) };
  }
  return { claim: sameLabels(wanted, live) ? wanted : live };
}

type Facts = Readonly<Record<string, Quantity | undefined>>;

function differencesOf(wanted: V1PersistentVolumeClaim, live: V1PersistentVolumeClaim): string[] {
  const [want, have] = [factsOf(wanted), factsOf(live)];
  return [...new Set([...Object.keys(want), ...Object.keys(have)])]
    .filter((fact) => !same(want[fact], have[fact]))
    .map((fact) => `${fact} is ${have[fact] ?? "unset"}, wanted is ${want[fact] ?? "unset"}`);
}

function storageOf({ spec }: V1PersistentVolumeClaim): Quantity | undefined {
  return spec?.resources?.requests?.storage;
}

function factsOf({ spec = {} }: V1PersistentVolumeClaim): Facts {
  return {
    ...spec.resources?.requests,
    ...prefixed("limit of ", spec.resources?.limits),
    accessModes: spec.accessModes?.toSorted().join(" "),
    storageClassName: spec.storageClassName,
    volumeAttributesClassName: spec.volumeAttributesClassName,
  };
}

function prefixed(prefix: string, values: Readonly<Record<string, Quantity>> = {}): Facts {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}

/** Sizes may be spelled differently; names that aren't quantities are compared as they stand. */
function same(a: Quantity | undefined, b: Quantity | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  try {
    return compareQuantities(a, b) === 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function sameLabels(a: V1PersistentVolumeClaim, b: V1PersistentVolumeClaim): boolean {
  const [left, right] = [a.metadata?.labels ?? {}, b.metadata?.labels ?? {}];
  return (
    Object.keys(left).length === Object.keys(right).length &&
    Object.entries(left).every(([name, value]) => right[name] === value)
  );
}
