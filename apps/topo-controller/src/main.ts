import { runController } from "@multigres/controller-kit";
import { topoController } from "./definition.ts";

await runController(topoController);
