import { runController } from "@multigres/controller-kit";
import { shardController } from "./definition.ts";
import { settings } from "./settings.ts";

await runController(shardController, { settings });
