import type { ClusterImages } from "@multigres/api-types";
import type { ResolvedCluster } from "../resolve.ts";

/** Pull policy and secrets, as every child hands them to its pods. */
export function imagePull({ images }: ResolvedCluster): Pick<ClusterImages, "imagePullPolicy" | "imagePullSecrets"> {
  return {
    ...(images.imagePullPolicy ? { imagePullPolicy: images.imagePullPolicy } : {}),
    ...(images.imagePullSecrets ? { imagePullSecrets: images.imagePullSecrets } : {}),
  };
}
