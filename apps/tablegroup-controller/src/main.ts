import { runController } from "@multigres/controller-kit";
import { tableGroupController } from "./definition.ts";

await runController(tableGroupController);
