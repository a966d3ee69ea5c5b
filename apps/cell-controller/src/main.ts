import { runController } from "@multigres/controller-kit";
import { cellController } from "./definition.ts";

await runController(cellController);
