import { join } from "node:path";
import { labels } from "@multigres/api-types";
import type { KubernetesObject } from "@multigres/controller-kit";
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from "@multigres/tools/control-plane";
import { type PodOfPool, startMultiadmin } from "@multigres/tools/multiadmin";
import { type Operator, runOperator } from "@multigres/tools/operator";
import { administrator } from "./administrator.ts";
import type { ClusterAccess } from "./cluster.ts";
import { keepList, type KeptList } from "./kept-list.ts";

/** A control plane with an operator, and what else its controllers talk to. */
export interface Surroundings {
  readonly plane: ControlPlane;
  readonly operator: Operator;
  readonly access: ClusterAccess;
  readonly stop: () => Promise<void>;
}

export interface SurroundingsOptions {
  readonly plane?: ControlPlaneOptions;
  /** Controllers; default: all five. */
  readonly only?: readonly string[];
  /** Entries for DIAL_OVERRIDES: topology servers that the test runs itself. */
  readonly dialOverrides?: string;
}

export async function startSurroundings(options: SurroundingsOptions = {}): Promise<Surroundings> {
  const plane = await startControlPlane(options.plane);
  let poolPods: KeptList<PodOfPool & KubernetesObject> | undefined;
  try {
    const { kubeconfig, auditLog, directory: home, kubectl } = plane;
    const transport = administrator(kubeconfig);
    const kept = await keepList<PodOfPool & KubernetesObject>(
      transport,
      `/api/v1/pods?labelSelector=${labels.component}%3Dshard-pool`,
    );
    poolPods = kept;
    const multiadmin = await startMultiadmin(async (cluster) =>
      kept
        .items()
        .filter(({ metadata }) => metadata?.namespace === cluster.namespace)
        .filter(({ metadata }) => metadata?.labels?.[labels.cluster] === cluster.name),
    );
    const topologyTls = join(home, "topology-tls");
    const dialOverrides = [options.dialOverrides, multiadmin.dialOverride].filter(Boolean).join(",");
    const env = { DIAL_OVERRIDES: dialOverrides, TOPOLOGY_TLS_DIR: topologyTls };
    const operator = await runOperator({ kubectl, folder: home, only: options.only, env });
    return {
      plane,
      operator,
      access: {
        kubeconfig,
        kubectl: `${plane.binaries}/kubectl`,
        home,
        auditLog,
        topology: operator.topology?.etcd.address ?? "",
        topologyTls,
        multiadmin: multiadmin.url,
      },
      stop: async () => {
        await operator.stop();
        await multiadmin.close();
        kept.stop();
        await transport.close();
        await plane.stop();
      },
    };
  } catch (error) {
    poolPods?.stop();
    await plane.stop();
    throw error;
  }
}
