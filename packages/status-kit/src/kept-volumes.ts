import { compareQuantities, type Quantity } from "@multigres/api-types";
import type { Stall } from "./conditions.ts";
import { stallOf } from "./part.ts";
import { reasons } from "./vocabulary.ts";

/** A StatefulSet whose volumes aren't as the spec wants them: its claim templates can't change. */
export interface KeptVolumes {
  readonly statefulSet: string;
  /** What differs, in words. */
  readonly notApplied: string;
}

export function keptVolumesMessage({ statefulSet, notApplied }: KeptVolumes): string {
  return `StatefulSet ${statefulSet} keeps the volumes that it was made with: ${notApplied}`;
}

/** Why a person must act, and how; undefined when all volumes are as wanted. */
export function keptVolumesStall(kept: readonly KeptVolumes[]): Stall | undefined {
  if (kept.length === 0) return undefined;
  const remedy = "existing volumes can't be changed yet, set dataVolumeClaimTemplate back";
  const messages = [...kept.map(keptVolumesMessage), remedy];
  return stallOf(messages.map((message) => ({ reason: reasons.storageNotApplied, message })));
}

/** What several children say of their volumes, as one. Of two sizes under one key the larger counts: neither shrinks. */
export function mergeGrowthFailures(
  children: readonly (Readonly<Record<string, Quantity>> | undefined)[],
): Record<string, Quantity> {
  const merged = new Map<string, Quantity>();
  for (const [key, size] of children.flatMap((failures) => Object.entries(failures ?? {}))) {
    const known = merged.get(key);
    if (known === undefined || compareQuantities(size, known) > 0) merged.set(key, size);
  }
  return Object.fromEntries(merged);
}
