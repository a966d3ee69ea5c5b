import { runController } from "@multigres/controller-kit";
import { clusterController } from "./definition.ts";
import { settings } from "./settings.ts";

await runController(clusterController, { settings });
