import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { parseQuantity } from "@multigres/api-types";

export interface KeptVolumeClaim {
  /** What the StatefulSet must carry: the wanted template, or the one that it was made with. */
  readonly template: V1PersistentVolumeClaim;
  /** False: the wanted template differs, and can't be set on the existing StatefulSet. */
  readonly applied: boolean;
}

/**
 * A StatefulSet's claim templates can't change, and an update that tries is refused as a whole. So an existing
 * StatefulSet keeps the template that it has.
 * @param live the template of that name on the existing StatefulSet, if there is one
 */
export function keptVolumeClaim(
  wanted: V1PersistentVolumeClaim,
  live: V1PersistentVolumeClaim | undefined,
): KeptVolumeClaim {
  if (!live || sameClaim(wanted, live)) return { template: wanted, applied: true };
  // Without what the server filled in: that is not ours to write.
  const { accessModes, resources, storageClassName, volumeAttributesClassName } = live.spec ?? {};
  const spec = { accessModes, resources, storageClassName, volumeAttributesClassName };
  return {
    template: {
      apiVersion: wanted.apiVersion,
      kind: wanted.kind,
      metadata: { name: live.metadata?.name, labels: live.metadata?.labels },
      spec: Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)),
    },
    applied: false,
  };
}

/** The size that a claim asks for, as it is written; empty when it names none. */
export function storageOf(claim: V1PersistentVolumeClaim): string {
  return claim.spec?.resources?.requests?.storage ?? "";
}

function sameClaim(wanted: V1PersistentVolumeClaim, live: V1PersistentVolumeClaim): boolean {
  const a = wanted.spec ?? {};
  const b = live.spec ?? {};
  return (
    (a.accessModes ?? []).join() === (b.accessModes ?? []).join() &&
    a.storageClassName === b.storageClassName &&
    a.volumeAttributesClassName === b.volumeAttributesClassName &&
    sameQuantities(a.resources?.requests, b.resources?.requests) &&
    sameQuantities(a.resources?.limits, b.resources?.limits) &&
    sameText(wanted.metadata?.labels, live.metadata?.labels)
  );
}

function sameQuantities(a: Record<string, string> = {}, b: Record<string, string> = {}): boolean {
  const names = Object.keys({ ...a, ...b });
  return names.every((name) => {
    const [left, right] = [a[name], b[name]];
    return (
      left === right || (left !== undefined && right !== undefined && parseQuantity(left) === parseQuantity(right))
    );
  });
}

function sameText(a: Record<string, string> = {}, b: Record<string, string> = {}): boolean {
  return Object.keys({ ...a, ...b }).every((name) => a[name] === b[name]);
}
