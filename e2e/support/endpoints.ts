import type { KubernetesObject, Name, ResourceKind } from "@multigres/controller-kit";
import type { TestCluster } from "./cluster.ts";

interface EndpointSlice extends KubernetesObject {
  readonly endpoints?: readonly { readonly targetRef?: { readonly name?: string } }[];
}

const endpointSlices: ResourceKind<EndpointSlice> = {
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  namespaced: true,
};

/** Names of the pods that a Service leads to, sorted: what its selector says, as Kubernetes itself reads it. */
export async function podsBehind({ api }: Pick<TestCluster, "api">, service: Name): Promise<string[]> {
  const { items } = await api.list(endpointSlices, {
    namespace: service.namespace,
    labelSelector: `kubernetes.io/service-name=${service.name}`,
  });
  return items.flatMap(({ endpoints }) => (endpoints ?? []).map(({ targetRef }) => targetRef?.name ?? "")).sort();
}
