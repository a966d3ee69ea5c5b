import type { ClusterImages } from "@multigres/api-types";
import { canonical } from "./canonical.ts";
import { mergePatch } from "./merge-patch.ts";

type ImagePull = Pick<ClusterImages, "imagePullPolicy" | "imagePullSecrets">;

/** Image of every component, as the controller's settings have it. */
export type ImageDefaults = Readonly<Required<Omit<ClusterImages, keyof ImagePull>>>;

/** Every image, and how to pull them. */
export type ResolvedImages = ImageDefaults & ImagePull;

/** The user's images over the controller's; pull policy and secrets are the user's or absent. */
export function resolveImages(images: ClusterImages | undefined, defaults: ImageDefaults): ResolvedImages {
  return canonical(mergePatch<ResolvedImages>(defaults, images ?? {}));
}
