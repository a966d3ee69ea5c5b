import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { compareQuantities, type Quantity, sameQuantity } from "@multigres/api-types";
import { keptVolumeClaim } from "./kept-volume-claim.ts";

/** What is to be done so that a StatefulSet's volumes are as large as wanted. Volumes grow while they are in use; they never shrink. */
export interface VolumeGrowth {
  /** What the StatefulSet must carry as long as it isn't replaced. */
  readonly template: V1PersistentVolumeClaim;
  /** The size that all volumes are to have: the wanted one, or theirs where that is larger. */
  readonly target: Quantity | undefined;
  /** Volumes that are to be asked for that size. */
  readonly resize: readonly V1PersistentVolumeClaim[];
  /** All volumes ask for it: delete the StatefulSet, orphaning its pods, and make it again with the new template. */
  readonly replaceStatefulSet: boolean;
  /** What can't be as wanted, in words. */
  readonly notApplied?: string;
  /** The size that the largest volume has. */
  readonly actual: Quantity | undefined;
  /** Volumes that have been asked and haven't grown yet. */
  readonly pending: number;
  /** What the volumes' provisioner says of those that it can't grow. */
  readonly refusals: readonly string[];
}

/**
 * @param wanted the claim template as the spec wants it
 * @param live the template of that name on the existing StatefulSet, if there is one
 * @param volumes the existing claims of the replicas that are to stay
 */
export function volumeGrowth(
  wanted: V1PersistentVolumeClaim,
  live: V1PersistentVolumeClaim | undefined,
  volumes: readonly V1PersistentVolumeClaim[],
): VolumeGrowth {
  const want = requestOf(wanted);
  const actual = largest(volumes.map(capacityOf));
  const shrinks = want !== undefined && actual !== undefined && compareQuantities(actual, want) > 0;
  const target = shrinks ? actual : want;
  const sized = withStorage(wanted, target);
  const others = live && keptVolumeClaim(withStorage(sized, requestOf(live)), live).notApplied;
  const asksOtherwise = (claim: V1PersistentVolumeClaim) => !sameQuantity(requestOf(claim), target);
  const needsReplacing = live !== undefined && target !== undefined && !sameQuantity(requestOf(live), target);
  const notApplied = [...(shrinks ? [`storage is ${actual}, wanted is ${want}`] : []), ...(others ? [others] : [])];
  return {
    template: keptVolumeClaim(sized, live).template,
    target,
    // A claim without a volume can't be changed.
    resize: target === undefined ? [] : volumes.filter((claim) => isBound(claim) && asksOtherwise(claim)),
    // With anything else that differs, the new template would say it too, and new volumes would be unlike the old ones.
    replaceStatefulSet: needsReplacing && others === undefined && !volumes.some(asksOtherwise),
    ...(notApplied.length > 0 && { notApplied: notApplied.join(", ") }),
    actual,
    pending: volumes.filter((claim) => isBound(claim) && isSmaller(capacityOf(claim), target)).length,
    refusals: volumes.flatMap(refusalOf),
  };
}

function requestOf({ spec }: V1PersistentVolumeClaim): Quantity | undefined {
  return spec?.resources?.requests?.storage;
}

function capacityOf({ status }: V1PersistentVolumeClaim): Quantity | undefined {
  return status?.capacity?.storage;
}

function isBound({ status }: V1PersistentVolumeClaim): boolean {
  return status?.phase === "Bound";
}

function isSmaller(size: Quantity | undefined, target: Quantity | undefined): boolean {
  return size !== undefined && target !== undefined && compareQuantities(size, target) < 0;
}

function largest(sizes: readonly (Quantity | undefined)[]): Quantity | undefined {
  return sizes.reduce(
    (most, size) => (most === undefined || (size !== undefined && compareQuantities(size, most) > 0) ? size : most),
    undefined,
  );
}

function withStorage(claim: V1PersistentVolumeClaim, storage: Quantity | undefined): V1PersistentVolumeClaim {
  if (storage === undefined || sameQuantity(requestOf(claim), storage)) return claim;
  const { resources } = claim.spec ?? {};
  const requests = { ...resources?.requests, storage: String(storage) };
  return { ...claim, spec: { ...claim.spec, resources: { ...resources, requests } } };
}

const resizeErrors: ReadonlySet<string> = new Set(["ControllerResizeError", "NodeResizeError"]);

function refusalOf({ metadata, status }: V1PersistentVolumeClaim): string[] {
  const failed = status?.conditions?.find(({ type, status: value }) => resizeErrors.has(type) && value === "True");
  const infeasible = status?.allocatedResourceStatuses?.["storage"]?.endsWith("Infeasible");
  if (failed === undefined && !infeasible) return [];
  return [`PersistentVolumeClaim ${metadata?.name}: ${failed?.message ?? "its provisioner can't grow it"}`];
}
