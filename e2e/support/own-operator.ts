import type { ControlPlane } from "@multigres/tools/control-plane";
import type { Operator } from "@multigres/tools/operator";
import { inject } from "vitest";
import { connect, type TestCluster } from "./cluster.ts";
import { startSurroundings, type SurroundingsOptions } from "./surroundings.ts";

/** A control plane with controllers that one file of tests has to itself. */
export interface OwnCluster extends TestCluster {
  readonly plane: ControlPlane;
  readonly operator: Operator;
  stop(): Promise<void>;
}

export type OwnClusterOptions = Omit<SurroundingsOptions, "installation">;

/** For tests that change what is installed, stop controllers or break them: others share what `sharedCluster` gives. */
export async function startOwnCluster(options: OwnClusterOptions = {}): Promise<OwnCluster> {
  const { plane, operator, access, stop } = await startSurroundings({
    ...options,
    installation: inject("installation"),
  });
  return { ...connect(access), plane, operator, stop };
}
