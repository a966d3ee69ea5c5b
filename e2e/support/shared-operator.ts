import { readFileSync } from "node:fs";
import type { ControllerProcess, Operator } from "@multigres/tools/operator";
import type { TestProject } from "vitest/node";
import type { ClusterAccess } from "./cluster.ts";
import { startSurroundings } from "./surroundings.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The control plane with all five controllers that tests share, each in namespaces of its own. */
    sharedOperator: ClusterAccess;
  }
}

/** Started once for a run of the tests; what needs other controllers, or breaks them, starts a control plane of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { access, operator, stop } = await startSurroundings();
  project.provide("sharedOperator", access);
  const ending = new AbortController();
  restartDeposedLeaders(operator, ending.signal);
  return () => {
    ending.abort();
    return stop();
  };
}

/**
 * A machine that holds still for ten seconds costs a leader its Lease, and it ends. A kubelet starts the next one; here that
 * is us. Whatever ends for another reason stays away, so that tests tell of it.
 */
function restartDeposedLeaders(operator: Operator, ending: AbortSignal): void {
  const watch = async (running: ControllerProcess): Promise<void> => {
    await running.exited;
    if (ending.aborted || !readFileSync(running.logFile, "utf8").trimEnd().endsWith('"msg":"lease lost"}')) return;
    console.log(`${running.name} lost its Lease on a busy machine and is started again`);
    await watch(await operator.start(running.name));
  };
  for (const running of operator.controllers.values()) void watch(running).catch(console.error);
}
