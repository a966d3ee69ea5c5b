import type { ImageDefaults } from "@multigres/merge-engine";
import { topologySettings } from "@multigres/topology";
import { z } from "zod";

const image = z
  .string({ error: "must name an image: start from the values that deploy/ has for the cluster-controller" })
  .min(1);

/** Images of the components whose image the user doesn't name: deploy/ ships values for all. And how etcd is dialled. */
export const settings = z.object({
  DEFAULT_IMAGE_MULTIGATEWAY: image,
  DEFAULT_IMAGE_MULTIORCH: image,
  DEFAULT_IMAGE_MULTIPOOLER: image,
  DEFAULT_IMAGE_MULTIADMIN: image,
  DEFAULT_IMAGE_POSTGRES: image,
  DEFAULT_IMAGE_PGCTLD: image,
  DEFAULT_IMAGE_ETCD: image,
  ...topologySettings,
});
export type Settings = z.output<typeof settings>;

export function defaultImages(environment: Settings): ImageDefaults {
  return {
    multigateway: environment.DEFAULT_IMAGE_MULTIGATEWAY,
    multiorch: environment.DEFAULT_IMAGE_MULTIORCH,
    multipooler: environment.DEFAULT_IMAGE_MULTIPOOLER,
    multiadmin: environment.DEFAULT_IMAGE_MULTIADMIN,
    postgres: environment.DEFAULT_IMAGE_POSTGRES,
    pgctld: environment.DEFAULT_IMAGE_PGCTLD,
  };
}
