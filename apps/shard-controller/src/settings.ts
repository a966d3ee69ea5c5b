import { topologySettings } from "@multigres/topology";
import { z } from "zod";

/** The environment of the shard-controller, besides what every controller reads. */
export const settings = z.object({ DIAL_OVERRIDES: topologySettings.DIAL_OVERRIDES });
export type Settings = z.output<typeof settings>;
