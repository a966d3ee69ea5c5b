import { runController } from "@multigres/controller-kit";
import { shardController } from "./definition.ts";

await runController(shardController);
