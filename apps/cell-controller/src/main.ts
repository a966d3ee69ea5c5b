import { runController } from "@multigres/controller-kit";
import { cellController } from "./definition.ts";
import { settings } from "./settings.ts";

await runController(cellController, { settings });
