import { startControlPlane } from "@multigres/tools/control-plane";
import { join } from "node:path";
import { runOperator } from "@multigres/tools/operator";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The control plane with all five controllers that tests share, each in namespaces of its own. */
    sharedOperator: {
      readonly kubeconfig: string;
      readonly kubectl: string;
      readonly home: string;
      readonly auditLog: string;
      readonly topology: string;
      readonly topologyTls: string;
    };
  }
}

/** Started once for a run of the tests; what needs other controllers, or breaks them, starts a control plane of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const plane = await startControlPlane();
  const topologyTls = join(plane.directory, "topology-tls");
  const env = { TOPOLOGY_TLS_DIR: topologyTls };
  const operator = await runOperator({ kubectl: plane.kubectl, folder: plane.directory, env });
  project.provide("sharedOperator", {
    kubeconfig: plane.kubeconfig,
    kubectl: `${plane.binaries}/kubectl`,
    home: plane.directory,
    auditLog: plane.auditLog,
    topology: operator.topology?.etcd.address ?? "",
    topologyTls,
  });
  return async () => {
    await operator.stop();
    await plane.stop();
  };
}
