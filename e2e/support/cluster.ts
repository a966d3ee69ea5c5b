import { randomBytes } from "node:crypto";
import { type ApiClient, createApiClient, type KubernetesObject, type ResourceKind } from "@multigres/controller-kit";
import { type Kubectl, runKubectl } from "@multigres/tools/control-plane";
import { type MultiadminControl, multiadminControl } from "@multigres/tools/multiadmin";
import { inject } from "vitest";
import { administrator } from "./administrator.ts";
import { applyDirectly, canApplyDirectly } from "./apply.ts";
import { type History, recordHistory } from "./history.ts";

/** A cluster as a test uses it, with the rights of an administrator. */
export interface TestCluster {
  readonly api: ApiClient;
  readonly kubectl: Kubectl;
  readonly auditLog: string;
  /** `host:port` of the etcd behind all topology Services, each one's keys below `/<host>`. */
  readonly topology: string;
  /** What stands in for the multiadmins of the clusters. */
  readonly multiadmin: MultiadminControl;
  /** A fresh namespace that no other test uses. */
  namespace(purpose?: string): Promise<string>;
  /** Server-side apply, as a user's GitOps tool does it. Throws what the API server answers. */
  apply(...objects: readonly KubernetesObject[]): Promise<void>;
  /** Collects every version of the objects of a kind in a namespace from now on. */
  history<T extends KubernetesObject>(kind: ResourceKind<T>, namespace: string): Promise<History<T>>;
}

export interface ClusterAccess {
  readonly kubeconfig: string;
  /** Path of the program. */
  readonly kubectl: string;
  readonly home: string;
  readonly auditLog: string;
  readonly topology: string;
  /** Folder in which the controllers look for certificates. */
  readonly topologyTls: string;
  /** Where the stand-in for multiadmin is. */
  readonly multiadmin: string;
}

/** The cluster in which all five controllers run; see shared-operator.ts. */
export function sharedCluster(): TestCluster {
  return connect(inject("sharedOperator"));
}

export function connect(access: ClusterAccess): TestCluster {
  const transport = administrator(access.kubeconfig);
  const kubectl: Kubectl = (args, options) =>
    runKubectl({ path: access.kubectl, kubeconfig: access.kubeconfig, home: access.home }, args, options);
  return {
    api: createApiClient(transport),
    kubectl,
    auditLog: access.auditLog,
    topology: access.topology,
    multiadmin: multiadminControl(access.multiadmin),
    history: (kind, namespace) => recordHistory(transport, kind, namespace),
    namespace: async (purpose = "t") => {
      const name = `${purpose}-${randomBytes(4).toString("hex")}`;
      const body = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
      await transport.request({ method: "POST", verb: "create", path: "/api/v1/namespaces", body, idempotent: false });
      return name;
    },
    apply: async (...objects) => {
      if (objects.every(canApplyDirectly)) return applyDirectly(transport, objects);
      const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      const result = await kubectl(["apply", "--server-side", "-f", "-"], { stdin });
      if (result.code !== 0) throw new Error(result.stderr.trim());
    },
  };
}
