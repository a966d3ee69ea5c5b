import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from "@multigres/tools/control-plane";
import { type Operator, runOperator } from "@multigres/tools/operator";
import { connect, type TestCluster } from "./cluster.ts";

/** A control plane with controllers that one file of tests has to itself. */
export interface OwnCluster extends TestCluster {
  readonly plane: ControlPlane;
  readonly operator: Operator;
  stop(): Promise<void>;
}

export interface OwnClusterOptions {
  readonly plane?: ControlPlaneOptions;
  /** Controllers; default: all five. */
  readonly only?: readonly string[];
}

/** For tests that change what is installed, stop controllers or break them: others share what `sharedCluster` gives. */
export async function startOwnCluster(options: OwnClusterOptions = {}): Promise<OwnCluster> {
  const plane = await startControlPlane(options.plane);
  try {
    const operator = await runOperator({ kubectl: plane.kubectl, folder: plane.directory, only: options.only });
    const cluster = connect({
      kubeconfig: plane.kubeconfig,
      kubectl: `${plane.binaries}/kubectl`,
      home: plane.directory,
      auditLog: plane.auditLog,
      topology: operator.topology?.etcd.address ?? "",
    });
    return {
      ...cluster,
      plane,
      operator,
      stop: async () => {
        await operator.stop();
        await plane.stop();
      },
    };
  } catch (error) {
    await plane.stop();
    throw error;
  }
}
