import { type Installation, renderInstallation } from "@multigres/tools/operator";
import type { TestProject } from "vitest/node";
import type { ClusterAccess } from "./cluster.ts";
import { startSurroundings } from "./surroundings.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The control plane with all five controllers that tests share, each in namespaces of its own. */
    sharedOperator: ClusterAccess;
    /** What is installed there, for those who start another one. */
    installation: Installation;
  }
}

/** Started once for a run of the tests; what needs other controllers, or breaks them, starts a control plane of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { access, plane, stop } = await startSurroundings();
  project.provide("sharedOperator", access);
  project.provide("installation", await renderInstallation(plane.kubectl));
  return stop;
}
