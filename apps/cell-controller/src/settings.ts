import { topologySettings } from "@multigres/topology";
import { z } from "zod";

export const settings = z.object(topologySettings);
export type Settings = z.output<typeof settings>;
