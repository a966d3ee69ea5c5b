import { defaultStorage } from "../schema/bounds.ts";

/** CEL for parts that several policies share. `owner` is what has a `dataVolumeClaimTemplate`, or optionally so (`.?`). */

export function storageText(owner: string, claim = "dataVolumeClaimTemplate"): string {
  return `string(${owner}.?${claim}.?resources.?requests.?storage.orValue('${defaultStorage}'))`;
}

export function storage(owner: string, claim?: string): string {
  return `quantity(${storageText(owner, claim)})`;
}

export function hasStorage(owner: string): string {
  return `${owner}.?dataVolumeClaimTemplate.?resources.?requests.?storage.hasValue()`;
}

/** Whether `failures` (status.storageGrowthFailures) says of `path` that the volumes have no more than `size`. */
export function couldNotGrow(failures: string, path: string, size: string): string {
  return `${failures}[?${path}].optMap(actual, !${size}.isLessThan(quantity(string(actual)))).orValue(false)`;
}
