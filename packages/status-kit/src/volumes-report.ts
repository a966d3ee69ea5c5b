import type { Stall } from "./conditions.ts";
import {
  type Growth,
  type GrowthFailures,
  growthFailure,
  mergeGrowthFailures,
  type Refusable,
  refusedResizes,
  volumeMessages,
  type VolumeSizes,
  volumeSizes,
  volumesStall,
} from "./volume-sizes.ts";

/** The volumes of one StatefulSet, or of whatever else `of` names. */
export interface GrowingVolumes extends Pick<VolumeSizes, "of" | "field"> {
  /** In `storageGrowthFailures`: where the size is set. */
  readonly key: string;
  readonly growth: Growth;
}

/** What a status says of volumes. */
export interface VolumesReport<Failure> {
  /** What still differs. */
  readonly messages: readonly string[];
  /** Why a person must act. */
  readonly stall: Stall | undefined;
  /** Tells admission the sizes that the user may go back to. */
  readonly status: GrowthFailures;
  /** The failed writes without those that are told as refusals to grow. */
  readonly failures: readonly Failure[];
}

/** Of all volumes of an object, given which of its writes failed. */
export function volumesReport<Failure extends Refusable>(
  volumes: readonly GrowingVolumes[],
  failures: readonly Failure[],
): VolumesReport<Failure> {
  const sized = volumes.map(({ key, growth, ...whose }) => ({ key, sizes: volumeSizes(whose, growth, failures) }));
  const sizes = sized.map((each) => each.sizes);
  const refused = new Set(volumes.flatMap(({ growth }) => refusedResizes(growth, failures)));
  const failed = sized.map(({ key, sizes: each }) => {
    const size = growthFailure(each);
    return size === undefined ? undefined : { [key]: size };
  });
  return {
    messages: sizes.flatMap(volumeMessages),
    stall: volumesStall(sizes),
    status: mergeGrowthFailures(failed),
    failures: failures.filter((failure) => !refused.has(failure)),
  };
}
