import { kinds, type Name } from "@multigres/controller-kit";
import type { TestCluster } from "./cluster.ts";

/**
 * Names of the pods that a Service leads to, sorted. The API server reads the selector as the controller of EndpointSlices
 * does, which doesn't run: its writes would be a tenth of all.
 */
export async function podsBehind({ api }: Pick<TestCluster, "api">, service: Name): Promise<string[]> {
  const { spec } = await api.get(kinds.Service, service);
  const labelSelector = Object.entries(spec?.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  // Without a selector a Service leads to none; a list would be of all.
  if (labelSelector === "") return [];
  const { items } = await api.list(kinds.Pod, { namespace: service.namespace, labelSelector });
  return items.map(({ metadata }) => metadata?.name ?? "").sort();
}
