import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { type Quantity, sameQuantity } from "@multigres/api-types";

export interface KeptVolumeClaim {
  /** What the StatefulSet must carry: the wanted template, or the one that it was made with. */
  readonly template: V1PersistentVolumeClaim;
  /** What the live template lacks of the wanted one, in words; undefined when it is as wanted. */
  readonly notApplied?: string;
}

/**
 * A StatefulSet's claim templates can't change, and an update that tries is refused as a whole. So an existing
 * StatefulSet keeps the template that it has. Labels of the template that are of another version are kept silently.
 * @param live the template of that name on the existing StatefulSet, if there is one
 */
export function keptVolumeClaim(
  wanted: V1PersistentVolumeClaim,
  live: V1PersistentVolumeClaim | undefined,
): KeptVolumeClaim {
  if (live === undefined) return { template: wanted };
  const differences = differencesOf(wanted, live);
  if (differences.length === 0) return { template: sameLabels(wanted, live) ? wanted : rendered(live) };
  return { template: rendered(live), notApplied: differences.join(", ") };
}

/** Without what the server filled in: that is not ours to write. */
function rendered({ metadata, spec = {} }: V1PersistentVolumeClaim): V1PersistentVolumeClaim {
  const { accessModes, resources, storageClassName, volumeAttributesClassName } = spec;
  const ours = { accessModes, resources, storageClassName, volumeAttributesClassName };
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: metadata?.name, labels: metadata?.labels },
    spec: Object.fromEntries(Object.entries(ours).filter(([, value]) => value !== undefined)),
  };
}

type Facts = Readonly<Record<string, Quantity | undefined>>;

function differencesOf(wanted: V1PersistentVolumeClaim, live: V1PersistentVolumeClaim): string[] {
  return [
    ...differing(sizesOf(wanted), sizesOf(live), same),
    ...differing(namesOf(wanted), namesOf(live), (a, b) => a === b),
  ];
}

function differing(want: Facts, have: Facts, equal: typeof same): string[] {
  return Object.keys({ ...want, ...have })
    .filter((fact) => !equal(want[fact], have[fact]))
    .map((fact) => `${fact} is ${have[fact] ?? "unset"}, wanted is ${want[fact] ?? "unset"}`);
}

function sizesOf({ spec = {} }: V1PersistentVolumeClaim): Facts {
  return { ...spec.resources?.requests, ...prefixed("limit of ", spec.resources?.limits) };
}

function namesOf({ spec = {} }: V1PersistentVolumeClaim): Facts {
  return {
    accessModes: spec.accessModes?.toSorted().join(" "),
    storageClassName: spec.storageClassName,
    volumeAttributesClassName: spec.volumeAttributesClassName,
  };
}

function prefixed(prefix: string, values: Readonly<Record<string, Quantity>> = {}): Facts {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}

/** Sizes may be spelled differently. */
function same(a: Quantity | undefined, b: Quantity | undefined): boolean {
  return a === b || sameQuantity(a, b);
}

function sameLabels(a: V1PersistentVolumeClaim, b: V1PersistentVolumeClaim): boolean {
  const [left, right] = [a.metadata?.labels ?? {}, b.metadata?.labels ?? {}];
  return Object.keys({ ...left, ...right }).every((name) => left[name] === right[name]);
}
