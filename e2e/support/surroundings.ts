import { join } from "node:path";
import { labels } from "@multigres/api-types";
import type { KubernetesObject } from "@multigres/controller-kit";
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from "@multigres/tools/control-plane";
import { type ClusterName, type PodOfPool, startMultiadmin } from "@multigres/tools/multiadmin";
import { type Installation, type Operator, runOperator } from "@multigres/tools/operator";
import { administrator } from "./administrator.ts";
import type { ClusterAccess } from "./cluster.ts";
import { restartDeposedLeaders } from "./deposed-leaders.ts";
import { keepList } from "./kept-list.ts";

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
  /** Rendered already; default: anew, which takes a second. */
  readonly installation?: Installation;
  /** Entries for DIAL_OVERRIDES: topology servers that the test runs itself. */
  readonly dialOverrides?: string;
}

export async function startSurroundings(options: SurroundingsOptions = {}): Promise<Surroundings> {
  await using started = new AsyncDisposableStack();
  const plane = started.use(await startControlPlane(options.plane));
  const { kubeconfig, auditLog, directory: home, kubectl } = plane;
  const transport = started.adopt(administrator(kubeconfig), (each) => each.close());
  const poolPods = started.adopt(
    await keepList<PodOfPool & KubernetesObject>(
      transport,
      `/api/v1/pods?labelSelector=${labels.component}%3Dshard-pool`,
    ),
    (each) => each.stop(),
  );
  const podsOf = ({ namespace, name }: ClusterName) =>
    poolPods
      .items()
      .filter(({ metadata }) => metadata?.namespace === namespace && metadata.labels?.[labels.cluster] === name);
  const multiadmin = started.adopt(await startMultiadmin(async (cluster) => podsOf(cluster)), (each) => each.close());
  const topologyTls = join(home, "topology-tls");
  const dialOverrides = [options.dialOverrides, multiadmin.dialOverride].filter(Boolean).join(",");
  const env = { DIAL_OVERRIDES: dialOverrides, TOPOLOGY_TLS_DIR: topologyTls };
  const operator = started.adopt(
    await runOperator({
      kubectl,
      folder: home,
      only: options.only,
      env,
      installation: options.installation,
      kubeconfigOf: async ({ namespace, serviceAccount }) =>
        plane.kubeconfigFor(await plane.serviceAccountToken(namespace, serviceAccount)),
    }),
    (each) => each.stop(),
  );
  started.adopt(restartDeposedLeaders(operator), (ending) => ending.abort());
  const access: ClusterAccess = {
    kubeconfig,
    kubectl: `${plane.binaries}/kubectl`,
    home,
    auditLog,
    topology: operator.topology?.etcd.address ?? "",
    topologyTls,
    multiadmin: multiadmin.url,
  };
  const ends = started.move();
  return { plane, operator, access, stop: () => ends.disposeAsync() };
}
