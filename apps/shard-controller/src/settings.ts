import { parseDialOverrides } from "@multigres/topology";
import { z } from "zod";

/** The environment of the shard-controller, besides what every controller reads. */
export const settings = z.object({
  DIAL_OVERRIDES: z
    .string()
    .optional()
    .transform((text, context) => {
      try {
        return parseDialOverrides(text);
      } catch (error) {
        context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    })
    .describe("Development and tests only: where to dial instead of what a name says."),
});
export type Settings = z.output<typeof settings>;
