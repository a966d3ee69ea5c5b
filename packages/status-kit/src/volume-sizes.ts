import { compareQuantities, type Quantity } from "@multigres/api-types";
import type { Stall } from "./conditions.ts";
import type { FailedWrite } from "./failures.ts";
import { stallOf } from "./part.ts";
import { reasons } from "./vocabulary.ts";

/** How the volumes of one StatefulSet, or of whatever else `of` names, are on their way to their size. */
export interface VolumeSizes {
  /** For a message: whose volumes. */
  readonly of: string;
  /** Where the user sets what they are to be. */
  readonly field: string;
  readonly target: Quantity | undefined;
  /** The size that the largest has. */
  readonly actual: Quantity | undefined;
  /** What can't be as wanted, in words. */
  readonly notApplied?: string;
  /** Volumes that are still to become as large as wanted. */
  readonly pending: number;
  /** Their StatefulSet is being made again, without its pods, for its template of them to say the new size. */
  readonly replacing?: boolean;
  /** Why they won't: the answers of the API server and of the volumes' provisioner. */
  readonly refusals: readonly string[];
}

/** The part of workload-kit's `VolumeGrowth` that a status is made from. */
export interface Growth extends Pick<VolumeSizes, "target" | "actual" | "notApplied" | "pending" | "refusals"> {
  readonly replaceStatefulSet: boolean;
  readonly resize: readonly { readonly metadata?: { readonly name?: string } }[];
}

export type Refusable = FailedWrite & { readonly ref: { readonly kind: string; readonly name: string } };

/** How far volumes are, given which of their writes were refused. */
export function volumeSizes(
  { of, field }: Pick<VolumeSizes, "of" | "field">,
  growth: Growth,
  failures: readonly Refusable[],
): VolumeSizes {
  const { target, actual, notApplied, pending, replaceStatefulSet, refusals } = growth;
  return {
    of,
    field,
    target,
    actual,
    ...(notApplied !== undefined && { notApplied }),
    pending,
    replacing: replaceStatefulSet,
    refusals: [...refusals, ...refusedResizes(growth, failures).map(({ message }) => message)],
  };
}

/** The API server's refusals to resize: told as such, they aren't failed writes besides. */
export function refusedResizes<T extends Refusable>({ resize }: Pick<Growth, "resize">, failures: readonly T[]): T[] {
  const names = new Set(resize.map(({ metadata }) => metadata?.name));
  return failures.filter(
    ({ ref, reason }) =>
      ref.kind === "PersistentVolumeClaim" && names.has(ref.name) && (reason === "Forbidden" || reason === "Invalid"),
  );
}

/** What still differs; nothing when all volumes are as wanted. */
export function volumeMessages(sizes: VolumeSizes): string[] {
  const { of, target, actual, notApplied, pending, replacing, refusals } = sizes;
  if (refusals.length > 0) return [`${cannotGrow(sizes)}: ${refusals.join("; ")}`];
  return [
    ...(notApplied === undefined ? [] : [`${of} keeps the volumes that it was made with: ${notApplied}`]),
    ...(replacing ? [`${of} is being made again with volumes of ${target}; its pods stay`] : []),
    ...(pending > 0 ? [`${pending} volumes of ${of} are growing from ${actual} to ${target}`] : []),
  ];
}

/** Why a person must act, and how; undefined when all volumes are or become as wanted by themselves. */
export function volumesStall(all: readonly VolumeSizes[]): Stall | undefined {
  const stuck = all.filter(({ notApplied, refusals }) => notApplied !== undefined || refusals.length > 0);
  if (stuck.length === 0) return undefined;
  const messages = stuck.flatMap((sizes) => [...volumeMessages(sizes), remedy(sizes)]);
  return stallOf(messages.map((message) => ({ reason: reasons.storageNotApplied, message })));
}

/** The size that admission lets the user go back to; undefined when he needn't. */
export function growthFailure({ target, actual, notApplied, refusals }: VolumeSizes): Quantity | undefined {
  const differs = notApplied?.startsWith("storage ") ?? false;
  return refusals.length > 0 || differs ? (actual ?? target) : undefined;
}

function cannotGrow({ of, target, actual }: VolumeSizes): string {
  return `Volumes of ${of} can't grow from ${actual ?? "what they are"} to ${target}`;
}

function remedy({ field, actual, refusals }: VolumeSizes): string {
  return refusals.length > 0
    ? `set the storage in ${field} back to ${actual ?? "what it was"}, or let their StorageClass allow volume expansion`
    : `existing volumes stay as they are, set ${field} back`;
}

/** Part of a status: volumes that couldn't grow, by where their size is set, and the size that they have. */
export interface GrowthFailures {
  readonly storageGrowthFailures?: Record<string, Quantity>;
}

/**
 * What several children say of their volumes, as one; nothing where none failed. Of two sizes under one key the larger
 * counts: neither shrinks.
 */
export function mergeGrowthFailures(
  children: readonly (Readonly<Record<string, Quantity>> | undefined)[],
): GrowthFailures {
  const merged = new Map<string, Quantity>();
  for (const [key, size] of children.flatMap((failures) => Object.entries(failures ?? {}))) {
    const known = merged.get(key);
    if (known === undefined || compareQuantities(size, known) > 0) merged.set(key, size);
  }
  return merged.size === 0 ? {} : { storageGrowthFailures: Object.fromEntries(merged) };
}
